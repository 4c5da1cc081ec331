// What the keyboard adds. Every page works without it; nothing here holds data.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // The rows arrive by themselves, so the server need not wait for them before it answers.
  for (const field of document.querySelectorAll("[data-without-script]")) field.remove();

  const isTyping = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  const isShown = (element) => element.getClientRects().length > 0;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter(isShown);
  const chosen = () => document.querySelector("[data-row].chosen");

  const choose = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(chosen());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    chosen()?.classList.remove("chosen");
    next.classList.add("chosen");
    const target = next.matches("a, button") ? next : next.querySelector("[data-open], a, button");
    target?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const commands = {
    "/": () => document.querySelector("[data-box]")?.focus() ?? location.assign(`/${root.lang}/`),
    j: () => choose(1),
    ArrowDown: () => choose(1),
    k: () => choose(-1),
    ArrowUp: () => choose(-1),
    c: () => (chosen()?.querySelector("[data-confirm]") ?? document.querySelector("[data-confirm]"))?.click(),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-ask]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".send button"));
      return;
    }
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isArrow = event.key.startsWith("Arrow");
    if (!isPlain || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (document.body.dataset.keys !== "on" || !(event.key in commands)) return;
    if (isArrow && !rows().length) return;
    event.preventDefault();
    commands[event.key]();
  });

  // A menu that was opened closes when one turns away from it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.me[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
})();
