package serverless

import (
	"math/big"
	"reflect"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy/aws"
	"headroom/problem"
	"headroom/unit"
)

func usd(t *testing.T, text string) *unit.Amount {
	t.Helper()
	a, err := unit.ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return &a
}

func number(n int) *int { return &n }

// good is an endpoint that its platform offers.
func good() Settings {
	return Settings{Vendor: SageMaker, Memory: 2 * unit.GB, MaxConcurrency: 20, ColdStart: chance.Fixed(time.Second), Idle: 10 * time.Minute, ChargeCold: "charged"}
}

// What the platforms offer, and what they do not (SageMaker: 1 to 6 GB in whole GB, at most 200 at once; Lambda: 128 MB to 10240 MB).
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Settings)
		paths  []string
	}{
		{"good", func(*Settings) {}, nil},
		{"6 GB, 200", func(s *Settings) { s.Memory, s.MaxConcurrency = 6*unit.GB, 200 }, nil},
		{"7 GB", func(s *Settings) { s.Memory = 7 * unit.GB }, []string{"memory"}},
		{"1.5 GB", func(s *Settings) { s.Memory = 1536 * unit.MB }, []string{"memory"}},
		{"201", func(s *Settings) { s.MaxConcurrency = 201 }, []string{"max-concurrency"}},
		{"lambda 129 MB, 5000", func(s *Settings) { s.Vendor, s.Memory, s.MaxConcurrency = Lambda, 129*unit.MB, 5000 }, nil},
		{"lambda 127 MB", func(s *Settings) { s.Vendor, s.Memory = Lambda, 127*unit.MB }, []string{"memory"}},
		{"lambda 11 GB", func(s *Settings) { s.Vendor, s.Memory = Lambda, 11*unit.GB }, []string{"memory"}},
		{"lambda half a MB", func(s *Settings) { s.Vendor, s.Memory = Lambda, 200*unit.MB+512*unit.KB }, []string{"memory"}},
		{"provisioned above the limit", func(s *Settings) { s.Vendor, s.Provisioned = Lambda, &Provisioned{Concurrency: number(21)} }, []string{"provisioned.concurrency"}},
		{"sagemaker's provisioned prices are not known", func(s *Settings) { s.Provisioned = &Provisioned{Concurrency: number(1)} },
			[]string{"price.provisioned", "price.provisioned-compute"}},
		{"given", func(s *Settings) {
			s.Provisioned = &Provisioned{Concurrency: number(1)}
			s.Price.Provisioned, s.Price.ProvisionedCompute = usd(t, "0.00001 USD"), usd(t, "0.00001 USD")
		}, nil},
		{"neither a number nor scaling", func(s *Settings) { s.Vendor, s.Provisioned = Lambda, &Provisioned{} }, []string{"provisioned"}},
		{"both", func(s *Settings) {
			s.Vendor, s.Provisioned = Lambda, &Provisioned{Concurrency: number(1), Scaling: &aws.Concurrency{Min: 1, Max: 2}}
		}, []string{"provisioned"}},
		{"scaling above the limit, min above max", func(s *Settings) {
			s.Vendor, s.Provisioned = Lambda, &Provisioned{Scaling: &aws.Concurrency{Min: 30, Max: 21}}
		}, []string{"provisioned.scaling.max", "provisioned.scaling.min"}},
		{"two currencies", func(s *Settings) { s.Price.Compute, s.Price.Request = usd(t, "0.00002 USD"), usd(t, "1 EUR") }, []string{"price.request"}},
		{"euros beside a default in dollars", func(s *Settings) { s.Price.Request = usd(t, "1 EUR") }, []string{"price.compute"}},
		{"all in euros", func(s *Settings) { s.Price.Compute = usd(t, "1 EUR") }, nil},
	} {
		s := good()
		c.change(&s)
		var paths []string
		for _, p := range s.Check() {
			paths = append(paths, p.Path)
		}
		if !reflect.DeepEqual(paths, c.paths) {
			t.Errorf("%s: %v, want %v", c.what, paths, c.paths)
		}
	}
}

var _ problem.Checker = (*Settings)(nil)

// Lambda's list prices by hand: 512 MB for a second is half of 0.0000166667.
func TestFees(t *testing.T) {
	s := Settings{Vendor: Lambda, Memory: 512 * unit.MB, MaxConcurrency: 1, ChargeCold: "charged", Payload: 512 * unit.MB}
	s.Price.Data = usd(t, "0.016 USD")
	f := s.fees()
	for what, x := range map[string][2]*big.Rat{
		"compute": {f.Compute, big.NewRat(166667, 2e10)}, "request": {f.Request, big.NewRat(2, 1e7)}, "data": {f.Data, big.NewRat(8, 1000)},
		"provisioned": {f.Provisioned, big.NewRat(41667, 2e10)}, "warm": {f.Warm, big.NewRat(97222, 2e10)},
	} {
		if x[0].Cmp(x[1]) != 0 {
			t.Errorf("%s is %v, want %v", what, x[0], x[1])
		}
	}
	if f.Currency != "USD" || f.ProvisionedGranularity != 5*time.Minute || f.Granularity != time.Millisecond || !f.ColdStart {
		t.Errorf("%+v", f)
	}
}

// What a file left out is shown filled in, and filling changes no fee.
func TestFillChangesNothing(t *testing.T) {
	for _, s := range []Settings{good(), {Vendor: Lambda, Memory: unit.GB, MaxConcurrency: 3, Provisioned: &Provisioned{Concurrency: number(2)}}} {
		before := s.fees()
		s.Fill(nil)
		if after := s.fees(); !reflect.DeepEqual(before, after) || s.Price.Compute == nil || (s.Provisioned == nil) != (s.Price.Provisioned == nil) {
			t.Errorf("%+v became %+v, prices %+v", before, after, s.Price)
		}
	}
}

// The metrics that a reader sees exist on the platform.
func TestShownMetricsExist(t *testing.T) {
	for _, vendor := range []string{SageMaker, Lambda} {
		for _, p := range []*Provisioned{nil, {Concurrency: number(1)}} {
			s := good()
			s.Vendor, s.Provisioned = vendor, p
			for _, name := range s.shown() {
				found := false
				for _, m := range s.Metrics() {
					found = found || m == name
				}
				if !found {
					t.Errorf("%s does not publish %s", vendor, name)
				}
			}
		}
	}
}
