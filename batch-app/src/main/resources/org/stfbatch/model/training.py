# Leaf tensors for autograd, and AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) without weight decay, in PyTorch's
# order of operations.


# Adds copies of the weights to `leaves`; those named in `trained` collect gradients. The weights themselves were created
# in inference mode, and autograd cannot save such tensors.
def add_leaves(leaves: Dict[str, Tensor], weights: Dict[str, Tensor], trained: List[str]) -> None:
    for name in weights.keys():
        leaves[name] = weights[name].clone().requires_grad_(name in trained)
    return None


# The weights rounded to a dtype; gradients pass through the rounding to the float32 weights.
def rounded(weights: Dict[str, Tensor], dtype: int) -> Dict[str, Tensor]:
    rounded = annotate(Dict[str, Tensor], {})
    for name in weights.keys():
        rounded[name] = weights[name].to(dtype)
    return rounded


class AdamW(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    steps : int
    weights : Dict[str, Tensor]         # the trained ones
    first_moments : Dict[str, Tensor]
    second_moments : Dict[str, Tensor]

    def load(self, weights: Dict[str, Tensor]) -> None:
        for name in weights.keys():
            if weights[name].requires_grad:
                self.weights[name] = weights[name]
                self.first_moments[name] = torch.zeros_like(weights[name])
                self.second_moments[name] = torch.zeros_like(weights[name])
        return None

    # Restores the state after `steps` steps: the moments in `means`, with the names of optimizer files.
    def restore(self, steps: int, means: Dict[str, Tensor]) -> None:
        self.steps = steps
        for name in self.weights.keys():
            self.first_moments[name].copy_(means.pop("exp_avg." + name))
            self.second_moments[name].copy_(means.pop("exp_avg_sq." + name))
        return None

    # Scales the gradients down to the global L2 norm `limit`, runs one step and clears them. Returns the norm before
    # scaling.
    def step(self, rate: float, beta1: float, beta2: float, epsilon: float, limit: float) -> float:
        norm = self.gradient_norm()
        scale = torch.clamp(limit / (norm + 1.0e-6), None, 1.0)
        self.steps = self.steps + 1
        correction1 = 1.0 - beta1 ** float(self.steps)
        correction2 = (1.0 - beta2 ** float(self.steps)) ** 0.5
        for name in self.weights.keys():
            gradient = self.weights[name].grad
            gradient.mul_(scale)
            first = self.first_moments[name].mul_(beta1).add_(gradient, alpha=1.0 - beta1)
            second = self.second_moments[name].mul_(beta2).addcmul_(gradient, gradient, value=1.0 - beta2)
            divisor = second.sqrt().div_(correction2).add_(epsilon)
            self.weights[name].addcdiv_(first, divisor, value=-rate / correction1)
            gradient.zero_()
        return float(norm)

    # The global L2 norm of all gradients.
    def gradient_norm(self) -> Tensor:
        norms = annotate(List[Tensor], [])
        for name in self.weights.keys():
            norms.append(torch.norm(self.weights[name].grad))
        return torch.norm(torch.stack(norms))
