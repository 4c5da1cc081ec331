"""Thai, Lao, Khmer and Burmese names are read by rule, and compared as an ear of the tongue hears them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintas.matching.tongues import heard, is_zawgyi, likeness, read, romanised, tongue

THAI = [
    ("สมชาย", "somchai"),
    ("วงศ์สวัสดิ์", "wongsawat"),
    ("ชินวัตร", "chinwat"),
    ("ประเสริฐ", "prasoet"),
    ("เพชร", "phet"),
    ("พรชัย", "phonchai"),
    ("ธนพล", "thanaphon"),
    ("สุนทร", "sunthon"),
    ("นวลจันทร์", "nuanchan"),
    ("ธีรพงศ์", "thiraphong"),
    ("กมล", "kamon"),
    ("เกรียงไกร", "kriangkrai"),
    ("ทองดี", "thongdi"),
    ("พลอย", "phloi"),
]
LAO = [
    ("ພົມມະຈັນ", "phommachan"),
    ("ສຸພານຸວົງ", "souphanouvong"),
    ("ແກ້ວມະນີ", "keomani"),
    ("ໄຊຍະສານ", "xayyasan"),
    ("ດວງໃຈ", "douangchay"),
    ("ຄຳສຸກ", "khamsouk"),
    ("ໜູ", "nou"),
]
KHMER = [
    ("សុខ", "sok"),
    ("ជា", "chea"),
    ("ហេង", "heng"),
    ("វណ្ណា", "vanna"),
    ("ស៊ីម", "sim"),
    ("បុប្ផា", "boppha"),
    ("សំណាង", "samnang"),
    ("ចន្ទ", "chan"),
    ("សុវណ្ណ", "sovan"),
    ("ធន", "thon"),
]
BURMESE = [
    ("အောင်", "aung"),
    ("ကျော်ဇင်ထက်", "kyaw zin htet"),
    ("မြင့်", "myint"),
    ("ထွန်းထွန်းဦး", "htun htun oo"),
    ("စိုးမျိုး", "soe myo"),
    ("ဦးထူး", "u htoo"),
    ("ရွှေ", "shwe"),
    ("နိုင်ဝင်း", "naing win"),
    ("ဖြိုးဝေ", "phyo way"),
    ("ဟိန်း", "hein"),
]


@pytest.mark.parametrize(("written", "expected"), [*THAI, *LAO, *KHMER, *BURMESE])
def test_a_name_of_the_region_is_read_by_the_rules_of_its_script(written, expected):
    assert romanised(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("สมชาย", "thai"), ("ສົມ", "lao"), ("សុខ", "khmer"), ("အောင်", "burmese"), ("Somchai", ""), ("Đức", ""), ("", "")],
)
def test_the_tongue_of_a_name_is_known_by_its_script(written, expected):
    assert tongue(written) == expected


@pytest.mark.parametrize(
    ("spoken", "native", "spellings"),
    [
        ("thai", "วงศ์สวัสดิ์", ["Wongsawat", "Vongsavad", "Wongsawas", "Wongsawasdi"]),
        ("thai", "สมพร", ["Somporn", "Somphon", "Sompon"]),
        ("thai", "ศรีสุข", ["Srisuk", "Sisuk", "Sreesuk"]),
        ("thai", "บุญมี", ["Boonmee", "Bunmi"]),
        ("lao", "ພົມມະຈັນ", ["Phommachanh", "Phommachan", "Pommachan"]),
        ("lao", "ວົງສະຫວັນ", ["Vongsavanh", "Vongsavan"]),
        ("lao", "ພອນ", ["Phone", "Phon", "Pone"]),
        ("khmer", "វណ្ណា", ["Vanna", "Wanna"]),
        ("khmer", "ជា", ["Chea", "Chia"]),
        ("khmer", "ស្រី", ["Srey", "Sray"]),
        ("burmese", "ထွန်း", ["Htun", "Tun"]),
        ("burmese", "မြင့်", ["Myint", "Myin"]),
        ("burmese", "ဦး", ["Oo", "U"]),
        ("burmese", "စိုး", ["Soe", "So"]),
    ],
)
def test_the_ways_people_spell_their_names_sound_like_the_name(spoken, native, spellings):
    native_reading = romanised(native)

    assert [spelling for spelling in spellings if likeness(native_reading, spelling.lower(), spoken) < 0.75] == []


@pytest.mark.parametrize(
    ("spoken", "native", "right", "wrong"),
    [
        ("thai", "สมชาย", "somchai", "somchit"),
        ("thai", "วิชัย", "wichai", "winai"),
        ("lao", "ຄຳສຸກ", "khamsouk", "khamphong"),
        ("khmer", "សុខា", "sokha", "sophea"),
        ("burmese", "အောင်", "aung", "maung"),
    ],
)
def test_the_right_spelling_sounds_nearer_than_that_of_a_near_name(spoken, native, right, wrong):
    reading = romanised(native)

    assert likeness(reading, right, spoken) > likeness(reading, wrong, spoken) + 0.15


@pytest.mark.parametrize(
    ("zawgyi", "unicode"),
    [("ေအာင္", "အောင်"), ("ၾကည္", "ကြည်"), ("ျမင့္ေဆြ", "မြင့်ဆွေ"), ("ထြန္းထြန္းဦး", "ထွန်းထွန်းဦး"), ("ခ်စ္", "ချစ်")],
)
def test_a_name_in_the_old_font_is_read_as_the_name_it_shows(zawgyi, unicode):
    assert is_zawgyi(zawgyi)
    assert not is_zawgyi(unicode)
    assert romanised(zawgyi) == romanised(unicode)


def test_a_text_in_several_scripts_is_read_in_each_and_the_rest_is_left():
    assert romanised("Contoh สมชาย / ສົມ 王") == "Contoh somchai / som 王"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("นายสมชาย ใจดี", "somchai chaidi"),
        ("นางสาวมาลี ใจดี", "mali chaidi"),
        ("พล.ต.อ.สมชาย ใจดี", "somchai chaidi"),
        ("ທ້າວສົມ ພົມມະຈັນ", "som phommachan"),
        ("លោកសុខ ហេង", "sok heng"),
        ("นาย สมชาย", "nai somchai"),
        ("นายิกา", "nayika"),
    ],
)
def test_a_title_written_together_with_a_name_is_no_part_of_it(written, expected):
    assert " ".join(romanised(written).split()) == expected


def test_what_no_pattern_reads_is_left_out():
    assert read("ั", "thai") == ""
    assert heard("", "thai") == ""


@settings(deadline=None)  # the patterns are compiled once
@given(
    st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0EDF), max_size=40)
    | st.text(st.characters(min_codepoint=0x1000, max_codepoint=0x109F), max_size=40)
    | st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17DD), max_size=40)
)
def test_any_signs_in_any_order_are_read_and_nothing_of_them_stays(written):
    assert all(letter.isascii() for letter in romanised(written) if letter.isalpha() and tongue(letter))


@settings(deadline=None)
@given(st.text(alphabet="abcdefghijklmnoprstuvwy ", max_size=20), st.text(alphabet="abcdeghikmnoprstuwy ", max_size=20))
def test_likeness_is_a_share_and_does_not_ask_who_is_first(one, other):
    for spoken in ("thai", "lao", "khmer", "burmese"):
        found = likeness(one, other, spoken)

        assert 0.0 <= found <= 1.0
        assert found == likeness(other, one, spoken)
        assert likeness(one, one, spoken) == 1.0
