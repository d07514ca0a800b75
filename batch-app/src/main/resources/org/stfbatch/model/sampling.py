# Which token comes next. R rows, V vocabulary.


# The tokens [R], or -1 where one of the logits [R, V] is NaN or infinite, and their sum with it.
def checked(tokens: Tensor, logits: Tensor) -> Tensor:
    return torch.where(torch.isfinite(logits.sum([1])), tokens, torch.full_like(tokens, -1))


# The likeliest tokens [R]; the first of equals.
def greedy(logits: Tensor) -> Tensor:
    return logits.argmax(1)


# Temperature and nucleus sampling (Holtzman et al. 2020, arXiv:1904.09751) of logits [R, V]: a token of the smallest set
# of likeliest ones whose probabilities reach top_p [R], drawn by its probability. Rows of temperature 0 take the
# likeliest token. keys [R] int64 decide the draws. All but the logits come from the caller's memory.
#
# The draw is the largest of logit + Gumbel noise (Maddison et al. 2014, arXiv:1411.0030), which has these
# probabilities. As with the likeliest token, a last bit in the logits decides only between two that all but tie;
# where a running sum of probabilities passes a random number, it would decide much more often.
def sample(logits: Tensor, temperature: Tensor, top_p: Tensor, keys: Tensor) -> Tensor:
    drawn = (temperature > 0.0).to(logits.device)
    divisor = torch.where(temperature > 0.0, temperature, torch.ones_like(temperature))
    scaled = logits / divisor.to(logits.device).unsqueeze(1)
    if bool((top_p < 1.0).any()):
        scaled = __torch__.sampling.nucleus(scaled, top_p.to(logits.device))
    noise = __torch__.sampling.gumbel(keys.to(logits.device), logits.size(1))
    return torch.where(drawn, (scaled.double() + noise).argmax(1), __torch__.sampling.greedy(logits))


# The logits [R, V] of the likeliest tokens that together reach top_p [R], one at least; the others become -inf.
def nucleus(logits: Tensor, top_p: Tensor) -> Tensor:
    probability, order = torch.softmax(logits.double(), 1).sort(stable=True, dim=1, descending=True)
    before = probability.cumsum(1) - probability  # [R, V]
    outside = (before >= top_p.unsqueeze(1)).logical_and((top_p < 1.0).unsqueeze(1))
    outside[:, 0] = False
    return logits.masked_fill(torch.zeros_like(outside).scatter(1, order, outside), -float("inf"))


# Standard Gumbel noise [R, V] float64. A number depends on its row's key and on its token alone.
def gumbel(keys: Tensor, vocabulary: int) -> Tensor:
    token = torch.arange(vocabulary, dtype=__torch__.dtype.INT64(), device=keys.device)
    low = (keys % 4294967296).unsqueeze(1)
    high = (keys // 4294967296).unsqueeze(1)
    bits = __torch__.sampling.mixed(token.bitwise_xor(__torch__.sampling.mixed(low)))
    bits = __torch__.sampling.mixed(bits.bitwise_xor(high))
    uniform = (bits.double() + 0.5) / 4294967296.0
    return -torch.log(-torch.log(uniform))


# A bijection of the numbers below 2^32 that changes about half of the bits for every bit that changes. The factor is
# so small that no product leaves int64.
def mixed(x: Tensor) -> Tensor:
    for _ in range(3):
        x = (x.bitwise_xor(x // 65536) * 73244475) % 4294967296
    return x.bitwise_xor(x // 65536)
