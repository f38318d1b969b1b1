setup() { text='The quick  brown fox'; }
test_length() { assert_equal "${#text}" 20; }
test_upper() { assert_equal "${text^^}" 'THE QUICK  BROWN FOX'; }
test_words() {
    set -- $text
    assert_equal "$#" 4
    assert_equal "$*" 'The quick brown fox'
}
test_substring() { assert_equal "${text:4:5}|${text: -3}" 'quick|fox'; }
test_replace() { assert_equal "${text//o/0}" 'The quick  br0wn f0x'; }
function test_that_fails {
    assert_equal "${text#The }" $'quick\tbrown'
}
test_regular_expression() { assert_match "$text" '^The +([a-z]+) '; assert_equal "${BASH_REMATCH[1]}" quick; }
test_no_match() { assert_match "$text" '^fox'; }
