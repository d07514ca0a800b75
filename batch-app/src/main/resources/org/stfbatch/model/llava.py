# LLaVA-STF: CLIP tower -> token fusion -> Llama decoder, in LLaVA-1.5's arrangement (arXiv:2310.03744).
#
# Dtypes are TorchScript's numbers: uint8 0, int64 4, float16 5, float32 6, float64 7, bfloat16 15. What the caller
# gives and gets is uint8, int64 or float32, because the caller has no bfloat16.


class Llava(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    device : str
    dtype : int
    files : Dict[str, Tensor]      # "dtype:path" -> the whole file, mapped; only while loading
    weights : Dict[str, Tensor]    # only while loading
    constants : Dict[str, Tensor]  # "mean" and "std" of the pixels, [3, 1, 1] float32

    vision_tower : __torch__.clip.ClipVisionTower
    fusion : __torch__.fusion.TokenFusion
    language_model : __torch__.llama.LlamaDecoder

    # ---- loading: place, then `map` or `put` tensor by tensor, then the three assemble methods ----------------------

    def place(self, device: str, dtype: int) -> None:
        self.device = device
        self.dtype = dtype
        return None

    # Adds the tensor that lies in `file` from element `offset` on; elements are counted in the file's dtype. The file
    # is mapped privately: a tensor that needs neither another dtype nor another device is never copied.
    def map(self, name: str, file: str, elements: int, dtype: int, offset: int, shape: List[int]) -> None:
        key = "{}:{}".format(dtype, file)
        if key not in self.files:
            self.files[key] = torch.from_file(file, False, elements, dtype=dtype)
        size = 1
        for side in shape:
            size *= side
        self.weights[name] = self.placed(self.files[key][offset:offset + size].reshape(shape))
        return None

    # Adds a tensor of the caller's, whose memory the caller takes back after the call.
    def put(self, name: str, x: Tensor) -> None:
        self.weights[name] = self.placed(x.clone())
        return None

    def placed(self, x: Tensor) -> Tensor:
        return x.to(torch.device(self.device)).to(self.dtype)

    def assemble_vision_tower(self, layers: int, heads: int, patch_size: int, epsilon: float, quick_gelu: bool,
                              mean: Tensor, std: Tensor) -> None:
        self.vision_tower.load(self.weights, layers, heads, patch_size, epsilon, quick_gelu)
        self.constants["mean"] = mean.clone().reshape([3, 1, 1]).to(torch.device(self.device))
        self.constants["std"] = std.clone().reshape([3, 1, 1]).to(torch.device(self.device))
        return None

    def assemble_fusion(self, taps: List[int], multi_block: bool, spatial: int, trailing_gelu: bool) -> None:
        self.fusion.load(self.weights, taps, multi_block, spatial, trailing_gelu)
        return None

    def assemble_language_model(self, layers: int, heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
                                max_positions: int) -> None:
        self.language_model.load(self.weights, layers, heads, key_value_heads, epsilon, rope_theta, max_positions)
        self.weights.clear()
        self.files.clear()
        return None

    # ---- inference --------------------------------------------------------------------------------------------------

    # pixels [B, 3, S, S] uint8 to vision tokens [B * n, H] float32, picture after picture.
    def encode_images(self, pixels: Tensor) -> Tensor:
        x = self.normalise(pixels).to(self.dtype)
        return self.fusion.forward(self.vision_tower.forward(x)).flatten(0, 1).to(6)

    # CLIPImageProcessor's rescale and normalise: the product in float64, the rest in float32.
    def normalise(self, pixels: Tensor) -> Tensor:
        x = (pixels.to(torch.device(self.device)).to(7) * 0.00392156862745098).to(6)
        return (x - self.constants["mean"]) / self.constants["std"]

    # input_ids [B, L]: token ids, anything where a vision token stands. vision_index [B, L]: -1 at text, else the row
    # of vision_tokens [n, H] that stands there. Returns the embeddings [B, L, H].
    def embed(self, input_ids: Tensor, vision_index: Tensor, vision_tokens: Tensor) -> Tensor:
        text = self.language_model.embed(input_ids.clamp(0))
        if vision_tokens.size(0) == 0:
            return text
        vision = torch.embedding(vision_tokens, vision_index.clamp(0)).to(self.dtype)
        return torch.where((vision_index >= 0).unsqueeze(2), vision, text)

    def reserve(self, slots: int, positions: int) -> None:
        self.language_model.reserve(slots, positions)
        return None

    # Fills the slots with the prompts; see `embed` and LlamaDecoder.prefill for the shapes.
    # Returns (logits [B, V] float32, their argmax [B] int64) of each prompt's last position.
    def prefill(self, input_ids: Tensor, vision_index: Tensor, vision_tokens: Tensor, slots: Tensor, lengths: Tensor
                ) -> Tuple[Tensor, Tensor]:
        device = torch.device(self.device)
        x = self.embed(input_ids.to(device), vision_index.to(device), vision_tokens.to(device))
        logits = self.language_model.prefill(x, slots.to(device), lengths.to(device))
        return (logits, logits.argmax(1))

    # One step of slots 0 .. B-1; see LlamaDecoder.decode. Returns (logits [B, V] float32, their argmax [B] int64).
    def decode(self, input_ids: Tensor, positions: Tensor, span: int) -> Tuple[Tensor, Tensor]:
        device = torch.device(self.device)
        logits = self.language_model.decode(input_ids.to(device), positions.to(device), span)
        return (logits, logits.argmax(1))

    # ---- looking inside ---------------------------------------------------------------------------------------------

    # One picture's way to vision tokens: [pixel_values [3, S, S], the hidden states of the taps in their order without
    # CLS [P, d] each, the fused blocks [P, C], the vision tokens [n, H]], all float32.
    def trace_image(self, pixels: Tensor) -> List[Tensor]:
        pixel_values = self.normalise(pixels)
        hidden_states = self.vision_tower.forward(pixel_values.to(self.dtype))
        fused = self.fusion.fuse_blocks(hidden_states)
        trace = [pixel_values[0]]
        for tap in self.fusion.taps:
            trace.append(hidden_states[tap][0, 1:].to(6))
        trace.append(fused[0].to(6))
        trace.append(self.fusion.project(fused)[0].to(6))
        return trace
