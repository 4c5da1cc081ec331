// Reads Lintas envelopes by the specification alone (../lintas-1.md), with other libraries in another language.
//
//     npm ci && node read.mjs ../vectors
//
// It opens every vector in good/ and bad/ and prints, as JSON, what became of each: what it opened to, or the error and
// the clause of section 5 at which it was refused. The exit status says whether all is as the vectors expect.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import Ajv from "ajv/dist/2020.js";
import { calculateJwkThumbprint, compactDecrypt, compactVerify, importJWK } from "jose";

const LIMIT = { envelope: 1024 * 1024, header: 2048, lifetime: 600, skew: 60 };
const SCHEMAS = join(dirname(fileURLToPath(import.meta.url)), "..", "schemas");

const ajv = new Ajv({ strict: false });
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i); // 2.4: never without its offset
const fits = Object.fromEntries(
  ["header", "seal-header", "inside"].map((name) => [
    name,
    ajv.compile(JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), "utf8"))),
  ]),
);

class Refusal extends Error {
  constructor(error, step) {
    super(error);
    Object.assign(this, { error: `untrusted.${error}`, step: `5.${step}` });
  }
}

// 2.3: one encoding of each byte string.
function bytes(text, step) {
  const decoded = Buffer.from(text, "base64url");
  if (decoded.toString("base64url") !== text) throw new Refusal("malformed", step);
  return decoded;
}

function structure(name, raw, step) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
  } catch {
    throw new Refusal("malformed", step); // 5.14
  }
  if (!fits[name](value)) throw new Refusal("malformed", step);
  return value;
}

async function named(keys, kid, now) {
  for (const key of keys) {
    const { until, ...jwk } = key;
    if ((await calculateJwkThumbprint(jwk)) === kid && (!until || now < Date.parse(until))) return jwk;
  }
  return undefined;
}

export async function open(envelope, { us, now, directory, seen }) {
  // 5.1 Size.
  if (Buffer.byteLength(envelope) > LIMIT.envelope) throw new Refusal("too-large", 1);

  // 5.2 Form.
  const parts = envelope.split(".");
  if (parts.length !== 3 || parts[0].length > LIMIT.header) throw new Refusal("malformed", 2);
  const header = structure("header", bytes(parts[0], 2), 2);

  // 5.3 Sender.
  if (now >= Date.parse(directory.expires)) throw new Refusal("directory-expired", 3);
  const sender = directory.members.find((member) => member.node === header.iss);
  if (!sender) throw new Refusal("unknown-sender", 3);

  // 5.4 Signature.
  const key = await named(sender.signing, header.kid, now);
  if (!key) throw new Refusal("bad-signature", 4);
  try {
    parts.slice(1).forEach((part) => bytes(part, 4));
    await compactVerify(envelope, await importJWK(key, "Ed25519"), { algorithms: ["Ed25519"] });
  } catch {
    throw new Refusal("bad-signature", 4);
  }

  // 5.5 Addressee.
  if (header.aud !== us.node) throw new Refusal("not-for-us", 5);

  // 5.6 Freshness.
  const lifetime = header.exp - header.iat;
  if (lifetime <= 0 || lifetime > LIMIT.lifetime) throw new Refusal("malformed", 6);
  const seconds = now / 1000;
  if (seconds < header.iat - LIMIT.skew || seconds > header.exp + LIMIT.skew) throw new Refusal("out-of-time", 6);

  // 5.7 Replay.
  if (seen.some(([node, id]) => node === header.iss && id === header.jti)) throw new Refusal("replayed", 7);
  seen.push([header.iss, header.jti]);

  // 5.8 Seal.
  const seal = bytes(parts[1], 8).toString("latin1");
  const segments = seal.split(".");
  if (segments.length !== 5 || segments[0].length > LIMIT.header) throw new Refusal("malformed", 8);
  const sealHeader = structure("seal-header", bytes(segments[0], 8), 8);
  const opener = await named(us.sealing.map(({ d, ...jwk }) => jwk), sealHeader.kid, now);
  if (!opener) throw new Refusal("not-for-us", 8);
  let plaintext;
  try {
    segments.slice(1).forEach((segment) => bytes(segment, 8));
    const own = us.sealing.find(({ x }) => x === opener.x);
    ({ plaintext } = await compactDecrypt(seal, await importJWK(own, "ECDH-ES"), {
      keyManagementAlgorithms: ["ECDH-ES"],
      contentEncryptionAlgorithms: ["A256GCM"],
    }));
  } catch {
    throw new Refusal("malformed", 8);
  }

  // 5.9 Inside.
  const inside = structure("inside", plaintext, 9);
  const same = inside.sender === header.iss && inside.recipient === header.aud && inside.id === header.jti;
  if (!same || !decides(inside.message.body)) throw new Refusal("malformed", 9);
  const sent = new Date(header.iat * 1000).toISOString().replace(".000Z", "Z");
  return { sender: header.iss, id: header.jti, sent_at: sent, dv: header.dv, message: inside.message };
}

// 12.5: data travel with their marking or not at all; a decision gives, or it refuses.
// 12.10: a clock stands for a reason, or it runs until a moment.
function decides(body) {
  if (body?.type === "confirmation.clock") return !body.stopped_for !== !body.due_at;
  if (body?.type !== "confirmation.decision") return true;
  return !body.data === !body.marking && !body.data !== !body.ground;
}

async function outcome(vector, parties) {
  const us = { node: vector.us, ...parties.nodes[vector.us] };
  const directory = parties.directories[vector.directory];
  const envelope = vector.envelope.padEnd(vector.padded_to ?? 0, "A");
  try {
    return await open(envelope, { us, now: Date.parse(vector.now), directory, seen: [...vector.seen] });
  } catch (refusal) {
    if (refusal instanceof Refusal) return { error: refusal.error, step: refusal.step };
    throw refusal;
  }
}

async function main(folder) {
  const parties = JSON.parse(readFileSync(join(folder, "parties.json"), "utf8"));
  const results = [];
  for (const kind of ["good", "bad"]) {
    for (const file of readdirSync(join(folder, kind)).sort()) {
      const vector = JSON.parse(readFileSync(join(folder, kind, file), "utf8"));
      const found = await outcome(vector, parties);
      results.push({ vector: `${kind}/${file}`, as_expected: isDeepStrictEqual(found, vector.expect), found });
    }
  }
  const wrong = results.filter((result) => !result.as_expected).length;
  console.log(JSON.stringify({ read: results.length, wrong, results }, null, 1));
  return wrong === 0 && results.length > 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await main(process.argv[2] ?? "../vectors"));
