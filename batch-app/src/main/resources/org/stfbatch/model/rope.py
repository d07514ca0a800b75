# Rotary position embedding (Su et al. 2021, arXiv:2104.09864) and Llama 3.1's scaling of its frequencies for contexts
# that are longer than those of pre-training (Llama Team 2024, arXiv:2407.21783; `rope_type` "llama3" in transformers).
#
# e size of a head.


# Returns t_j = theta^(-2j/e), [e/2] float32. scaling: none, or factor, low_freq_factor, high_freq_factor and
# original_max_position_embeddings.
def frequencies(theta: float, size: int, scaling: List[float], device: Device) -> Tensor:
    exponent = torch.arange(0, size, 2, dtype=__torch__.dtype.FLOAT32(), device=device) / size  # [e/2]
    frequency = 1.0 / torch.pow(theta, exponent)
    if len(scaling) > 0:
        frequency = __torch__.rope.scaled(frequency, scaling[0], scaling[1], scaling[2], scaling[3])
    return frequency


# Divides the frequencies that turn less than `low` times within the original context by `factor`, keeps those that turn
# more than `high` times, and goes from one to the other linearly in the number of turns.
def scaled(frequency: Tensor, factor: float, low: float, high: float, positions: float) -> Tensor:
    length = 6.283185307179586 / frequency  # [e/2] positions of a turn
    kept = (positions / length - low) / (high - low)
    between = (1 - kept) * frequency / factor + kept * frequency
    slow = torch.gt(length, positions / low)
    fast = torch.lt(length, positions / high)
    return torch.where(slow, frequency / factor, torch.where(fast, frequency, between))
