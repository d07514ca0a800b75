# Lets a test call sampling.py.


class SamplingProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    def sample(self, logits: Tensor, temperature: Tensor, top_p: Tensor, keys: Tensor) -> Tensor:
        return __torch__.sampling.sample(logits, temperature, top_p, keys)

    def penalized(self, logits: Tensor, factors: Tensor, seen: Tensor, banned: Tensor) -> Tensor:
        return __torch__.sampling.penalized(logits, factors, seen, banned)
