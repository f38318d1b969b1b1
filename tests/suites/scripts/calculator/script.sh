#!/bin/bash
# An integer calculator: a tokenizer, a shunting yard and a stack machine, with variables and functions; and sums by awk.
set -u
declare -A prec=(['=']=1 ['|']=2 ['&']=3 ['+']=5 ['-']=5 ['*']=6 ['/']=6 ['%']=6 ['^']=8 [neg]=7) vars=([pi]=3)
declare -a tokens output stack
error=

tokenize() {
    local text=$1 last=op
    tokens=()
    while [[ -n $text ]]; do
        if [[ $text =~ ^[[:space:]]+ ]]; then
            text=${text:${#BASH_REMATCH[0]}}
            continue
        elif [[ $text =~ ^(0[xX][0-9a-fA-F]+|[0-9]+|[a-z_]+) ]]; then
            tokens+=("${BASH_REMATCH[1]}")
            last=value
        elif [[ $text == -* && $last == op ]]; then
            tokens+=(neg)
            text=${text:1}
            continue
        elif [[ $text =~ ^[-+*/%^\&|=(),] ]]; then
            tokens+=("${BASH_REMATCH[0]}")
            [[ ${BASH_REMATCH[0]} == ')' ]] && last=value || last=op
        else
            error="unexpected '${text:0:1}'"
            return 1
        fi
        text=${text:${#tokens[-1]}}
    done
}

to_postfix() {
    local token top
    local -i i
    output=() stack=()
    for ((i = 0; i < ${#tokens[@]}; i++)); do
        token=${tokens[i]}
        case $token in
        [0-9]*) output+=("$token") ;;
        neg) stack+=(neg) ;;
        [a-z_]*) if [[ ${tokens[i + 1]-} == '(' ]]; then stack+=("@$token"); else output+=("$token"); fi ;;
        '(') stack+=('(') ;;
        ')' | ,)
            while ((${#stack[@]})) && [[ ${stack[-1]} != '(' ]]; do
                output+=("${stack[-1]}")
                unset 'stack[-1]'
            done
            ((${#stack[@]})) || { error="unbalanced"; return 1; }
            [[ $token == , ]] && continue
            unset 'stack[-1]'
            if ((${#stack[@]})) && [[ ${stack[-1]} == @* ]]; then
                output+=("${stack[-1]}")
                unset 'stack[-1]'
            fi
            ;;
        *)
            while ((${#stack[@]})); do
                top=${stack[-1]}
                [[ -v prec[$top] ]] || break
                if ((prec[$top] > prec[$token])) || [[ $token != [=^] ]] && ((prec[$top] == prec[$token])); then
                    output+=("$top")
                    unset 'stack[-1]'
                else
                    break
                fi
            done
            stack+=("$token")
            ;;
        esac
    done
    while ((${#stack[@]})); do
        [[ ${stack[-1]} != '(' ]] || { error="unbalanced"; return 1; }
        output+=("${stack[-1]}")
        unset 'stack[-1]'
    done
}

value_of() {
    local -n _result=$2
    case $1 in
    -[0-9]* | [0-9]*) _result=$(($1)) ;;
    *) [[ -v vars[$1] ]] || { error="$1 is not set"; return 1; }; _result=${vars[$1]} ;;
    esac
}

pop() {
    ((${#stack[@]})) || { error="too few values"; return 1; }
    printf -v "$1" %s "${stack[-1]}"
    unset 'stack[-1]'
}

evaluate() {
    local token a b x y
    stack=()
    for token in "${output[@]}"; do
        case $token in
        [0-9a-z_]* | -[0-9]*)
            if [[ $token == neg ]]; then
                pop a && value_of "$a" x || return
                stack+=($((-x)))
            else
                stack+=("$token")
            fi
            ;;
        @*)
            pop b && value_of "$b" y || return
            case ${token#@} in
            abs) stack+=($((y < 0 ? -y : y))) ;;
            fib) local -i p=0 q=1 n; for ((n = 0; n < y; n++)); do ((q += p, p = q - p)); done; stack+=("$p") ;;
            hex) printf -v x '%#x' "$y"; stack+=("$x") ;;
            max | gcd)
                pop a && value_of "$a" x || return
                if [[ $token == @max ]]; then stack+=($((x > y ? x : y))); else
                    while ((y)); do ((x = x % y, x ^= y, y ^= x, x ^= y)); done
                    stack+=("$x")
                fi
                ;;
            *) error="no function ${token#@}"; return 1 ;;
            esac
            ;;
        =)
            pop b && pop a && value_of "$b" y || return
            [[ $a == [a-z_]* ]] || { error="can't assign to $a"; return 1; }
            vars[$a]=$y
            stack+=("$y")
            ;;
        *)
            pop b && pop a && value_of "$a" x && value_of "$b" y || return
            case $token in
            [/%]) ((y != 0)) || { error="division by zero"; return 1; } ;;&
            '^') token='**'; ((y >= 0)) || { error="negative exponent"; return 1; } ;;&
            *) stack+=($((x $token y))) ;;
            esac
            ;;
        esac
    done
    ((${#stack[@]} == 1)) || { error="${#stack[@]} values are left"; return 1; }
    value_of "${stack[0]}" RESULT
}

declare -i good=0 bad=0
while IFS= read -r line; do
    [[ $line == [!#]* ]] || continue
    error=
    if tokenize "$line" && to_postfix && evaluate; then
        good+=1
        printf '%-28s = %-22d # %s\n' "$line" "$RESULT" "${output[*]}"
    else
        bad+=1
        printf '%-28s ! %s\n' "$line" "$error"
    fi
done <expressions
for name in "${!vars[@]}"; do printf '%s=%d\n' "$name" "${vars[$name]}"; done | sort | paste -sd' '
printf '%d %x %o %5.1f|%-6s|%06d|%+d|%c%c\n' 255 255 255 3 left 42 7 abc xyz
awk 'BEGIN { printf "%.6f %d %s %.3e %g\n", atan2(0, -1), 2 ^ 30, 1e6, 12345.678, 0.0001; print 7 % 3, -7 % 3, int(-3.9), 1 / 3, length("x" 10 + 1) }'
echo $((16#ff + 8#17 + 2#101 + 36#z)) $((1 << 40 | 5)) $((~7)) $((-7 / 2)) $((-7 % 3)) $((5 > 3 ? 10 : 20)) $((9223372036854775807 + 1))
factor 360360 97 | tr -s ' '
exit "$bad"
