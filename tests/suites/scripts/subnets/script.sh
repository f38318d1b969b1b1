#!/usr/bin/env bash
# A plan of networks from a list of needs: addresses by bit arithmetic, allocation, overlaps, and a zone file.
set -euo pipefail

ip_to_int() {
    local IFS=. octet
    local -i n=0
    # shellcheck disable=SC2086
    set -- $1
    (($# == 4)) || return 1
    for octet; do
        [[ $octet =~ ^(0|[1-9][0-9]{0,2})$ ]] && ((octet < 256)) || return 1
        n=$((n << 8 | octet))
    done
    printf -v "${result:-REPLY}" '%u' "$n"
}
int_to_ip() { printf -v REPLY '%d.%d.%d.%d' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)); }
mask_of() { REPLY=$((0xffffffff << (32 - $1) & 0xffffffff)); }
binary() {
    local -i n=$1 i
    REPLY=
    for ((i = 31; i >= 0; i--)); do
        REPLY+=$((n >> i & 1))
        ((i % 8 || i == 0)) || REPLY+=.
    done
}

describe() {
    local cidr=$1 address length mask network broadcast
    address=${cidr%/*} length=${cidr#*/}
    [[ $cidr == */* ]] || length=32
    if ! ip_to_int "$address" || ! [[ $length =~ ^[0-9]+$ ]] || ((length > 32)); then
        echo "$cidr: no such network"
        return 1
    fi
    local n=$REPLY
    mask_of "$length"; mask=$REPLY
    network=$((n & mask)) broadcast=$((network | ~mask & 0xffffffff))
    echo "$cidr"
    for what in network mask broadcast; do
        int_to_ip "${!what}"; local text=$REPLY
        binary "${!what}"
        printf '  %-10s %-16s %s\n' "$what" "$text" "$REPLY"
    done
    printf '  %-10s %d\n' hosts $((length >= 31 ? 1 << (32 - length) : (1 << (32 - length)) - 2))
}

for cidr in 192.168.10.77/26 10.1.2.3/8 172.16.5.4/31 8.8.8.8 0.0.0.0/0 256.1.1.1/8 1.2.3/8 01.2.3.4/8 1.2.3.4/33; do
    describe "$cidr" || echo "  status $?"
done

echo "== plan"
needs='
office   100
lab      25
guests   500
links    2
servers  60
'
result=next ip_to_int 10.20.0.0
declare -A plan=()
# The largest first, so that none has to be moved for its alignment.
while read -r name hosts; do
    [[ -n $name ]] || continue
    length=32
    while (((1 << (32 - length)) - 2 < hosts)); do ((length -= 1)); done
    size=$((1 << (32 - length)))
    next=$(((next + size - 1) / size * size))
    int_to_ip "$next"
    plan[$name]=$REPLY/$length
    ((next += size))
done < <(sort -k2,2nr <<<"$needs")
for name in "${!plan[@]}"; do printf '%s %s\n' "$name" "${plan[$name]}"; done | sort -t' ' -k2,2V | tee plan.txt

echo "== overlaps"
{ cat plan.txt; echo "old 10.20.2.64/27"; echo "other 10.99.0.0/16"; } | while read -r name cidr; do
    ip_to_int "${cidr%/*}"; low=$REPLY
    echo "$low $((low + (1 << (32 - ${cidr#*/})) - 1)) $name"
done | sort -n | awk '$1 <= high { print $3, "overlaps", last } $2 > high { high = $2; last = $3 }'

echo "== zone"
serial=$(date -u -d '2024-03-09 12:00' +%Y%m%d)01
{
    printf '$TTL 3600\n@ IN SOA ns root ( %s 1d 2h 4w 1h )\n' "$serial"
    while read -r name cidr; do
        ip_to_int "${cidr%/*}"
        base=$REPLY
        for host in 1 2; do
            int_to_ip $((base + host))
            printf '%-12s IN A %s\n' "$name-$host" "$REPLY"
        done
    done <plan.txt
} | tee zone | sed -n '1,6p'
awk '$3 == "A" { split($4, o, "."); printf "%d.%d.%d.%d.in-addr.arpa PTR %s\n", o[4], o[3], o[2], o[1], $1 }' zone | sort | sed -n 1,4p
printf '%s\n' zone plan.txt | xargs wc | awk '{ print $1, $2, $3, $4 }'

echo "== where"
for address in 10.20.2.70 10.20.1.255 10.20.2.130 10.21.0.1; do
    ip_to_int "$address"
    n=$REPLY found=
    while read -r name cidr; do
        ip_to_int "${cidr%/*}"; base=$REPLY
        mask_of "${cidr#*/}"
        if (((n & REPLY) == base)); then found=$name; break; fi
    done <plan.txt
    printf '%-12s 0x%08x %s\n' "$address" "$n" "${found:-nowhere}"
done
printf '%s\n' 0a140246 c0a80101 | sed 's/../0x& /g' | while read -r a b c d; do printf '%d.%d.%d.%d\n' "$a" "$b" "$c" "$d"; done
