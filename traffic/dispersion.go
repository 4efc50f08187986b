package traffic

// Dispersion is how much counts vary: variance ÷ mean of long counts. 0 is smooth, 1 Poisson.
func (d *demand) Dispersion() float64 { return d.dispersion }
