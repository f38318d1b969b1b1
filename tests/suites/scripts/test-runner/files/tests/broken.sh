test_never_runs() { if; }
