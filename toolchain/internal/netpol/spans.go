package netpol

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// span is the numbers first to last, both included: addresses or ports.
type span struct{ first, last uint32 }

// spans are in order, and neither overlap nor touch: nftables takes them as the elements of one interval set.
type spans []span

func union(parts ...spans) spans {
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.first, b.first) })
	merged := spans{}
	for _, each := range all {
		if end := len(merged) - 1; end >= 0 && uint64(each.first) <= uint64(merged[end].last)+1 {
			merged[end].last = max(merged[end].last, each.last)
		} else {
			merged = append(merged, each)
		}
	}
	return merged
}

func (s spans) without(other spans) spans {
	left := spans{}
	for _, each := range s {
		first, isUsedUp := each.first, false
		for _, hole := range other {
			if hole.last < first || hole.first > each.last {
				continue
			}
			if hole.first > first {
				left = append(left, span{first, hole.first - 1})
			}
			if isUsedUp = hole.last >= each.last; isUsedUp {
				break
			}
			first = hole.last + 1
		}
		if !isUsedUp {
			left = append(left, span{first, each.last})
		}
	}
	return left
}

func (s spans) has(number uint32) bool {
	return slices.ContainsFunc(s, func(each span) bool { return each.first <= number && number <= each.last })
}

func toNumber(address netip.Addr) uint32 {
	bytes := address.As4()
	return binary.BigEndian.Uint32(bytes[:])
}

func toAddress(number uint32) netip.Addr {
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], number)
	return netip.AddrFrom4(bytes)
}

// block returns the addresses of a CIDR; none when it is not IPv4.
func block(cidr string) spans {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || !prefix.Addr().Is4() {
		return nil
	}
	first := toNumber(prefix.Masked().Addr())
	return spans{{first, first | uint32(uint64(1)<<(32-prefix.Bits())-1)}}
}
