# Selection of the next token. R rows, V vocabulary; E penalized and B banned tokens of all rows together.


# The tokens [R], or -1 where the logits [R, V], and therefore their sum, contain NaN or an infinity.
def checked(tokens: Tensor, logits: Tensor) -> Tensor:
    return torch.where(torch.isfinite(logits.sum([1])), tokens, torch.full_like(tokens, -1))


# A copy of the logits [R, V] with penalties against repetition. factors [3, R]: repetition penalty (Keskar et al. 2019,
# arXiv:1909.05858), frequency and presence penalty of each row. seen [3, E] int64: row, token and the number of its
# occurrences in the answer, for distinct tokens of each row. banned [2, B] int64: row and token.
def penalized(logits: Tensor, factors: Tensor, seen: Tensor, banned: Tensor) -> Tensor:
    rows, tokens, counts = seen.unbind(0)  # [E]
    repetition, frequency, presence = factors.index_select(1, rows).unbind(0)  # [E]
    index = rows * logits.size(1) + tokens
    scores = logits.flatten()  # [R * V]
    x = scores.index_select(0, index)
    x = torch.where(x < 0.0, x * repetition, x / repetition)
    x = x - frequency * counts
    x = x - presence * (counts > 0)
    scores = scores.index_copy(0, index, x)
    scores.index_fill_(0, banned[0] * logits.size(1) + banned[1], -float("inf"))
    return scores.reshape(logits.size())


# Greedy decoding: the most probable tokens [R]; ties go to the lowest id.
def greedy(logits: Tensor) -> Tensor:
    return logits.argmax(1)


# Temperature and nucleus sampling (Holtzman et al. 2020, arXiv:1904.09751) of logits [R, V]: samples from the smallest
# set of most probable tokens whose probabilities reach top_p [R]. Rows with temperature 0 are decoded greedily. keys [R]
# int64 are the random numbers. All arguments but the logits are on the CPU.
#
# Samples by the Gumbel-max trick (Maddison et al. 2014, arXiv:1411.0030): the maximum of logit + Gumbel noise has these
# probabilities. As in greedy decoding, a difference in the last bit of a logit matters only for two tokens that are
# almost tied; with inverse transform sampling (a cumulative sum against a random number), it would matter much more
# often.
def sample(logits: Tensor, temperature: Tensor, top_p: Tensor, keys: Tensor) -> Tensor:
    drawn = (temperature > 0.0).to(logits.device)
    divisor = torch.where(temperature > 0.0, temperature, torch.ones_like(temperature))
    scaled = logits / divisor.to(logits.device).unsqueeze(1)
    if bool((top_p < 1.0).any()):
        scaled = __torch__.sampling.nucleus(scaled, top_p.to(logits.device))
    noise = __torch__.sampling.gumbel(keys.to(logits.device), logits.size(1))
    return torch.where(drawn, (scaled.double() + noise).argmax(1), __torch__.sampling.greedy(logits))


# The logits [R, V] of the most probable tokens whose probabilities reach top_p [R], at least one; all others become -inf.
def nucleus(logits: Tensor, top_p: Tensor) -> Tensor:
    probability, order = torch.softmax(logits.double(), 1).sort(stable=True, dim=1, descending=True)
    before = probability.cumsum(1) - probability  # [R, V]
    outside = (before >= top_p.unsqueeze(1)).logical_and((top_p < 1.0).unsqueeze(1))
    outside[:, 0] = False
    return logits.masked_fill(torch.zeros_like(outside).scatter(1, order, outside), -float("inf"))


# Standard Gumbel noise [R, V] float64. Each number depends only on its row's key and its token.
def gumbel(keys: Tensor, vocabulary: int) -> Tensor:
    token = torch.arange(vocabulary, dtype=__torch__.dtype.INT64(), device=keys.device)
    low = (keys % 4294967296).unsqueeze(1)
    high = (keys // 4294967296).unsqueeze(1)
    bits = __torch__.sampling.mixed(token.bitwise_xor(__torch__.sampling.mixed(low)))
    bits = __torch__.sampling.mixed(bits.bitwise_xor(high))
    uniform = (bits.double() + 0.5) / 4294967296.0
    return -torch.log(-torch.log(uniform))


# A bijective hash of numbers below 2^32 in which every input bit changes about half of the output bits. The factor is
# small enough for all products to fit int64.
def mixed(x: Tensor) -> Tensor:
    for _ in range(3):
        x = (x.bitwise_xor(x // 65536) * 73244475) % 4294967296
    return x.bitwise_xor(x // 65536)
