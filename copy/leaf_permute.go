package strided

func (b *builder) permute() bool { return false }
