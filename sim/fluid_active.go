package sim

import "math"

// active is how many instances in service have a busy slot, on average: with busy slots normal about their mean, and a
// balancer that looks for free instances or one that does not.
func (e *fluid) active() float64 {
	busy, n := min(e.held, e.servers), float64(e.n)
	switch {
	case e.slots == 1 || busy >= e.servers:
		return busy / e.slots
	case busy <= 0:
		return 0
	case e.cfg.Balancer != "least-outstanding":
		return n * (1 - math.Pow(1-busy/e.servers, e.slots))
	}
	sd := math.Sqrt(busy * e.unseen())
	if sd < 1e-9 {
		return min(n, busy)
	}
	z := (n - busy) / sd
	short := (n-busy)*(1+math.Erf(z/math.Sqrt2))/2 + sd*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) // E[(n − N)+]
	return max(0, min(n-short-holes(n, busy/n), busy))
}

// unseen is the variance ÷ mean of the busy slots that their rate does not show: that of unlimited slots (Cox 1962, of an
// exponential service law's shape), less what the counts of each second put into the rate itself.
func (e *fluid) unseen() float64 {
	length := e.law.mean * e.factor
	drawn := e.law.varied / (1 + e.law.varied) // 1 − ∫S² ÷ ∫S: nothing of a constant service, half of an exponential one
	shown := min(1-drawn, length/(1+2*length))
	return drawn + e.varied*(1-drawn-shown)
}

// holesOf are the instances that are idle although others have two busy slots, behind least-outstanding: a row for 1, 2, 4 …
// 64 instances, a column for each quarter of a busy slot per instance up to three. No closed form is known; they are measured on
// the requests engine (TestHoles measures some anew) and hardly depend on the service law.
var holesOf = [...][13]float64{
	{0, .014, .007, -.012, -.031, -.046, -.056, -.062, -.064, -.064, -.063, -.060, -.057},
	{0, .017, .041, .040, .025, .010, -.002, -.011, -.015, -.017, -.018, -.017, -.015},
	{0, .008, .065, .118, .131, .117, .093, .069, .049, .034, .023, .016, .011},
	{0, .001, .054, .209, .309, .299, .231, .156, .099, .061, .036, .022, .012},
	{0, 0, .018, .266, .587, .579, .387, .212, .105, .048, .021, .009, .004},
	{0, 0, .001, .230, 1.009, .930, .480, .200, .076, .027, .010, .004, .002},
	{0, 0, 0, .105, 1.64, 1.36, .600, .210, .050, .015, .005, .001, 0},
}

// holes is between the table's rows by the logarithm of n, and between its columns by the busy slots per instance.
func holes(n, perInstance float64) float64 {
	row := min(math.Log2(max(n, 1)), float64(len(holesOf)-1))
	col := min(4*perInstance, float64(len(holesOf[0])-1))
	i, j := min(int(row), len(holesOf)-2), min(int(col), len(holesOf[0])-2)
	u, v := row-float64(i), col-float64(j)
	at := func(i int) float64 { return holesOf[i][j]*(1-v) + holesOf[i][j+1]*v }
	return at(i)*(1-u) + at(i+1)*u
}
