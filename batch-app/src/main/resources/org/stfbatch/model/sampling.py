# Which token comes next. R rows, V vocabulary.


# The likeliest tokens [R]; the first of equals.
def greedy(logits: Tensor) -> Tensor:
    return logits.argmax(1)


# Temperature and nucleus sampling (Holtzman et al. 2020, arXiv:1904.09751) of logits [R, V]: among the smallest set of
# likeliest tokens whose probabilities reach top_p [R], the one at which their running sum passes `uniform` [R], a number
# in [0, 1) drawn by the caller. Rows of temperature 0 take the likeliest token.
def sample(logits: Tensor, temperature: Tensor, top_p: Tensor, uniform: Tensor) -> Tensor:
    likeliest = __torch__.sampling.greedy(logits)
    drawn = temperature > 0.0
    scaled = logits / torch.where(drawn, temperature, torch.ones_like(temperature)).unsqueeze(1)
    probability, order = torch.softmax(scaled.to(7), 1).sort(stable=True, dim=1, descending=True)
    sums = probability.cumsum(1)  # [R, V]
    kept = ((sums - probability) < top_p.unsqueeze(1)).sum(1)  # [R], at least 1
    nucleus = sums.gather(1, (kept - 1).unsqueeze(1))  # [R, 1]
    chosen = (sums <= uniform.unsqueeze(1) * nucleus).sum(1)
    chosen = torch.minimum(chosen, kept - 1)
    token = order.gather(1, chosen.unsqueeze(1)).squeeze(1)
    return torch.where(drawn, token, likeliest)
