setup() { mkdir -p work && cd work; }
teardown() { cd .. && rm -rf work; echo "# torn down" >&3; }
test_the_folder_is_empty() { assert_equal "$(ls -A)" ''; }
test_a_file_is_made() { echo x >f; assert_equal "$(cat f)" x; }
test_it_is_gone_again() { [[ ! -e f ]]; }
test_statuses() {
    assert_status 0 true
    assert_status 1 grep nothing /dev/null
    assert_status 2 ls nosuch
    assert_status 127 no_such_command
    assert_status 3 bash -c 'exit 3'
    assert_status 143 bash -c 'kill $$'
    assert_status 4 true
}
test_errexit_stops_here() { false; fail "not reached"; }
test_killed() { kill -KILL $BASHPID; }
test_needs_a_network() { skip "no network"; }
