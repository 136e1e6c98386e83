package netpol

import (
	"reflect"
	"testing"
)

func TestSpans(t *testing.T) {
	const most = 1<<32 - 1
	for _, each := range []struct {
		name          string
		got, expected spans
	}{
		{"overlapping and touching ones are one", union(spans{{5, 9}}, spans{{1, 2}, {8, 12}}, spans{{3, 3}}), spans{{1, 3}, {5, 12}}},
		{"one in another is not seen", union(spans{{1, 9}}, spans{{2, 3}}), spans{{1, 9}}},
		{"the last number does not wrap", union(spans{{0, most}}, spans{{most, most}}), spans{{0, most}}},
		{"a hole in the middle", spans{{1, 9}}.without(spans{{4, 5}}), spans{{1, 3}, {6, 9}}},
		{"holes at both ends", spans{{1, 9}}.without(spans{{0, 1}, {9, 20}}), spans{{2, 8}}},
		{"nothing left", spans{{1, 9}}.without(spans{{0, 3}, {4, 9}}), spans{}},
		{"a hole elsewhere", spans{{1, 9}}.without(spans{{20, 30}}), spans{{1, 9}}},
		{"a hole up to the last number", spans{{0, most}}.without(spans{{1 << 31, most}}), spans{{0, 1<<31 - 1}}},
		{"everything is a block", block("0.0.0.0/0"), spans{{0, most}}},
		{"a block starts where its mask says", block("10.1.2.3/8"), spans{{10 << 24, 10<<24 | 0xffffff}}},
		{"a single address", block("255.255.255.255/32"), spans{{most, most}}},
	} {
		if !reflect.DeepEqual(each.got, each.expected) {
			t.Errorf("%s: %v", each.name, each.got)
		}
	}
	for _, none := range []string{"::/0", "10.0.0.0", "10.0.0.0/33", ""} {
		if found := block(none); found != nil {
			t.Errorf("%q: %v", none, found)
		}
	}
}
