#!/usr/bin/env bash
# A sales report from quoted CSV: totals by region and product, a ranking, bad records set aside.
set -euo pipefail
IFS=$' \t\n'

input=${1:?usage: report FILE}
declare -A total=() units=() by_product=() seen=()
declare -a bad=() regions=()
declare -i line=0

# Splits a record into the array `fields`; false if a quote stays open.
parse_csv() {
    local rest=$1 field
    fields=()
    while :; do
        if [[ $rest == \"* ]]; then
            rest=${rest:1} field=
            while :; do
                [[ $rest == *\"* ]] || return 1
                field+=${rest%%\"*}
                rest=${rest#*\"}
                if [[ $rest == \"* ]]; then
                    field+=\" rest=${rest:1}
                else
                    break
                fi
            done
        else
            field=${rest%%,*}
            rest=${rest:${#field}}
        fi
        fields+=("$field")
        case $rest in
        '') return 0 ;;
        ,*) rest=${rest:1} ;;
        *) return 1 ;;
        esac
        [[ -n $rest ]] || { fields+=(''); return 0; }
    done
}

# 12.5 -> 1250
cents() {
    local whole fraction
    [[ $1 =~ ^(-?)([0-9]+)(\.([0-9]{1,2}))?$ ]] || return 1
    whole=${BASH_REMATCH[2]} fraction=${BASH_REMATCH[4]}00
    printf -v "$2" '%s%d' "${BASH_REMATCH[1]}" $((10#$whole * 100 + 10#${fraction:0:2}))
}

money() {
    local sign= value=$1 whole text
    ((value < 0)) && { sign=- value=$((-value)); }
    whole=$((value / 100))
    while [[ $whole =~ ^([0-9]+)([0-9]{3}.*)$ ]]; do whole=${BASH_REMATCH[1]},${BASH_REMATCH[2]}; done
    printf -v text '%s%s.%02d' "$sign" "$whole" $((value % 100))
    printf '%14s' "$text"
}

rule() { printf '%.0s-' {1..60}; echo; }

{
    IFS= read -r header
    line+=1
    parse_csv "${header%$'\r'}"
    columns=("${fields[@]}")
    echo "columns: ${columns[*]@Q}"
    while IFS= read -r record || [[ $record ]]; do
        line+=1
        record=${record%$'\r'}
        [[ -z $record || $record == \#* ]] && continue
        # A quoted field may go on in the next line.
        until parse_csv "$record"; do
            if ! IFS= read -r more; then
                bad+=("$line: open quote")
                continue 2
            fi
            line+=1
            record+=$'\n'${more%$'\r'}
        done
        if ((${#fields[@]} != ${#columns[@]})); then
            bad+=("$line: ${#fields[@]} fields")
            continue
        fi
        declare -A row=()
        for i in "${!columns[@]}"; do row[${columns[i]}]=${fields[i]}; done
        if ! cents "${row[price]}" price; then
            bad+=("$line: price ${row[price]@Q}")
            continue
        fi
        region=${row[region]^} product=${row[product]:-(none)}
        [[ -v seen[$region] ]] || { regions+=("$region"); seen[$region]=1; }
        amount=$((price * row[units]))
        total[$region]=$((${total[$region]:-0} + amount))
        units[$region]=$((${units[$region]:-0} + row[units]))
        by_product[$product]=$((${by_product[$product]:-0} + amount))
    done
} <"$input"

echo
printf '%-16s%8s%14s\n' Region Units Revenue
rule
all=0
for region in "${regions[@]}"; do
    printf '%-16s%8d' "$region" "${units[$region]}"
    money "${total[$region]}"
    echo
    ((all += total[$region]))
done
rule
printf '%-16s%8s' Total ''
money "$all"
printf '\n\nBy product:\n'
for product in "${!by_product[@]}"; do
    printf '%d\t%s\n' "${by_product[$product]}" "${product//$'\n'/\\n}"
done | sort -t$'\t' -k1,1nr | nl -w2 -s'. ' | while IFS=$'\t' read -r rank name; do
    printf '%s %s = %s%%\n' "${rank%% *}" "$name" $((${rank##* } * 100 / all))
done

if ((${#bad[@]})); then
    echo
    printf 'bad: line %s\n' "${bad[@]}" >&2
    echo "${#bad[@]} bad records"
fi

echo
echo "The same by awk, of the simple lines:"
grep -v '["#]' "$input" | tr -d '\r' | awk -F, 'NR > 1 && NF == 5 && $5 ~ /^-?[0-9.]+$/ { sum[$2] += $4 * $5; n[$2]++ }
    END { for (r in sum) printf "%s|%d|%.2f\n", r, n[r], sum[r] }' | sort | tr '|' '\t' | expand -t 12,20
echo
echo "HTML:"
{
    echo '<table>'
    for region in "${regions[@]}"; do
        esc=${region//&/\&amp;} esc=${esc//</\&lt;}
        cat <<ROW
  <tr><td>$esc</td><td align="right">$(money "${total[$region]}" | tr -d ' ')</td></tr>
ROW
    done
    echo '</table>'
} | tee report.html
wc -c <report.html
exit $((${#bad[@]} > 0))
