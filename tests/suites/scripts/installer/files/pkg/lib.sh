greet() { for who; do echo "hello, <$who>"; done; }
