#!/usr/bin/env bash
# Orders and customers in JSON to a report: joins, sums, CSV, and back to JSON.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"; echo "cleaned, status $?"' EXIT

echo "== customers"
jq -r '.[] | [.id, .name, (.tags | join("+")), (.address.city // "-")] | @tsv' customers.json | sort -n | expand -t 4,20,34

echo "== orders by customer"
jq -s '
  (.[0] | map({key: (.id | tostring), value: .}) | from_entries) as $customers
  | .[1:] | map(select(.status != "cancelled"))
  | group_by(.customer)
  | map({
      customer: ($customers[.[0].customer | tostring].name // "unknown"),
      orders: length,
      items: (map(.lines | length) | add),
      total: (map(.lines[] | .qty * .cents) | add)
    })
  | sort_by(-.total)' customers.json orders.jsonl | tee "$dir/report.json" | jq -c '.[]'

echo "== as CSV"
jq -r '(.[0] | keys_unsorted) as $k | $k, (.[] | [.[$k[]]]) | @csv' "$dir/report.json" | tee "$dir/report.csv"

echo "== and back"
header=$(head -n 1 "$dir/report.csv" | tr -d '"')
tail -n +2 "$dir/report.csv" | jq -R --arg header "$header" '
  def fields: [scan("\"(?:[^\"]|\"\")*\"|[^,]+")] | map(if startswith("\"") then .[1:-1] | gsub("\"\""; "\"") else tonumber end);
  [($header | split(",")), fields] | transpose | map({(.[0]): .[1]}) | add' | jq -s . >"$dir/back.json"
if diff <(jq -S . "$dir/report.json") <(jq -S . "$dir/back.json"); then echo "the same"; fi

echo "== products"
jq -r '.lines[] | "\(.sku)\t\(.qty)\t\(.qty * .cents)"' orders.jsonl |
    awk -F'\t' '{ q[$1] += $2; c[$1] += $3 } END { for (s in q) printf "%s\t%d\t%.2f\n", s, q[s], c[s] / 100 }' |
    sort -t$'\t' -k3,3nr -k1,1 | while IFS=$'\t' read -r sku qty money; do
    printf '%-6s x%-4d %9s\n' "$sku" "$qty" "$money"
done

echo "== by day"
jq -r 'select(.at) | .at | todate[0:10]' orders.jsonl | sort | uniq -c | sed 's/^ *//'
jq -r '.at' orders.jsonl | while read -r at; do date -u -d "@$at" +%A; done | sort | uniq -c | sort -k1,1nr -k2 | awk '{print $2 ": " $1}' | paste -sd';'

echo "== checks"
declare -i bad=0
while IFS=$'\t' read -r id problem; do
    echo "order $id: $problem"
    bad+=1
done < <(jq -r '
  (if (.lines | length) == 0 then [.id, "is empty"] else empty end),
  (.lines[] as $l | select($l.qty <= 0) | [.id, "has \($l.qty) of \($l.sku)"]),
  (if .status | IN("new", "paid", "sent", "cancelled") | not then [.id, "has the status \(.status | @json)"] else empty end)
  | @tsv' orders.jsonl)
echo "$bad problems"

echo "== patch"
jq --argjson add '{"status":"sent","note":"by hand"}' 'select(.id == 3) | . * $add | del(.lines[1:]) | to_entries | map("\(.key)=\(.value)") | .[]' orders.jsonl
jq -n --arg a 'quo"te' --arg b $'new\nline' '{$a, $b, n: ([1, 2, 3] | add / length), "k-\(1 + 1)": null}'
printf '%s\n' '{"broken": ' | jq . 2>/dev/null || echo "jq refuses"
jq -e '.[] | select(.name == "nobody")' customers.json || echo "none: $?"
jq -r 'paths(scalars) as $p | "\($p | map(tostring) | join("/"))=\(getpath($p))"' customers.json | sed -n 1,5p
jq -r '@base64 "\(.[0].name)"' customers.json | base64 -d
echo
jq -j '.[] | .name | ascii_upcase, "; "' customers.json
echo
