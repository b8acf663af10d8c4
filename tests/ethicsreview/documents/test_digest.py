import io

from ethicsreview.documents.digest import canonical_json, sm3

# GB/T 32905-2016, appendix A
ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm3_gives_the_values_of_the_standard():
    assert sm3(b"abc") == ABC
    assert sm3(b"abcd" * 16) == ABCD_16


def test_sm3_of_a_file_reads_all_of_it_and_leaves_it_at_its_beginning():
    content = bytes(range(256)) * 20_000
    file = io.BytesIO(content)
    file.seek(1234)

    assert sm3(file) == sm3(content)
    assert file.tell() == 0


def test_canonical_json_sorts_keys_and_keeps_rare_characters():
    value = {"乙": [1, True, None], "a": {"z": "䶮㐀𠮷", "b": ""}}

    assert canonical_json(value) == '{"a":{"b":"","z":"䶮㐀𠮷"},"乙":[1,true,null]}'.encode()
