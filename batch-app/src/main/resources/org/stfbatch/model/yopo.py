# YOPO (Zhang et al. 2024, arXiv:2410.06169): every vision token stays, and each layer computes less for it.
#
#   Vision tokens attend to the text before their image and, in both directions, to a window of patches around them.
#   Heads that are not kept give vision tokens no output, and nobody a value of a vision token. From layer L on, no head
#   has values of vision tokens.
#   The MLP of vision tokens uses the first hidden units only.
#
# Masking follows the softmax and is not renormalized: a masked weight is an attended value of zero, so the cache stores
# zeros as values of masked heads, and text tokens need nothing else, not even while decoding. The other form masks
# before the softmax: masked heads of text tokens do not see the image, and from layer L on vision tokens leave the
# sequence.
#
# T tokens of a call, of which V are vision tokens and W text; P rows with vision tokens in the call, N tokens of the
# longest image, d width, h heads of size e, g of them kept, k key/value heads, S slots or entries of M tokens each.


# The tokens of a call by kind.
class Tokens(NamedTuple):
    text : Optional[Tensor]            # [W] indices of the text tokens; None if there are no others
    view : __torch__.cache.CacheView   # of the text tokens
    blind : __torch__.cache.CacheView  # the same without the images' positions
    vision : Tensor                    # [V] indices of the vision tokens
    slots : Tensor                     # [P] slot or entry of each row with vision tokens
    rows : Tensor                      # [V] row of each vision token among them
    columns : Tensor                   # [V] its index in the image
    mask : Tensor                      # [P, N, 1, span] true where a vision token attends


# Tokens of a call without vision tokens.
def text_only(view: __torch__.cache.CacheView, blind: __torch__.cache.CacheView) -> __torch__.yopo.Tokens:
    none = torch.zeros([0], dtype=__torch__.dtype.INT64(), device=view.slots.device)
    return __torch__.yopo.Tokens(None, view, blind, none, none, none, none, view.mask[:0])


# Tokens of a call with these vision tokens, is_vision [T].
def tokens(view: __torch__.cache.CacheView, is_vision: Tensor,
           reduction: __torch__.vision_parts.Reduction) -> __torch__.yopo.Tokens:
    vision = is_vision.nonzero().squeeze(1)
    if vision.size(0) == 0:
        return __torch__.yopo.text_only(view, view)
    text = is_vision.logical_not().nonzero().squeeze(1)
    slots, rows, counts = torch.unique_consecutive(view.slots[vision], True, True)
    first = counts.cumsum(0) - counts  # [P]
    columns = torch.arange(vision.size(0), device=vision.device) - first[rows]
    starts = view.cache_positions[vision[first]]  # [P]
    longest = int(counts.max())
    seen = __torch__.yopo.windows(view, vision, columns, starts[rows], counts[rows], reduction)
    mask = torch.ones([slots.size(0), longest, 1, view.span], dtype=__torch__.dtype.BOOL(), device=vision.device)
    mask[rows, columns] = seen
    text_view = __torch__.yopo.view_of(view, text)
    return __torch__.yopo.Tokens(text, text_view, text_view, vision, slots, rows, columns, mask)


# Where vision tokens attend, [V, 1, span]: as the view's mask says, but in their own image to a window. columns, starts
# and counts [V]: index in the image, cache position of the image's first token, number of its tokens.
def windows(view: __torch__.cache.CacheView, vision: Tensor, columns: Tensor, starts: Tensor, counts: Tensor,
            reduction: __torch__.vision_parts.Reduction) -> Tensor:
    d = view.decoding
    causal = view.mask[view.rows[vision - d], view.columns[vision - d]]  # [V, 1, span]
    key = torch.arange(view.span, device=vision.device) - starts.unsqueeze(1)  # [V, span]
    inside = (key >= 0).logical_and(key < counts.unsqueeze(1))
    columns = columns.unsqueeze(1)
    near = (key // reduction.side - columns // reduction.side).abs() <= reduction.radius
    near = near.logical_and((key % reduction.side - columns % reduction.side).abs() <= reduction.radius)
    return torch.where(inside.unsqueeze(1), near.unsqueeze(1), causal)


# The view of the tokens with these ascending indices [W], all decoding tokens among them.
def view_of(view: __torch__.cache.CacheView, indices: Tensor) -> __torch__.cache.CacheView:
    d = view.decoding
    prompted = indices[d:] - d
    rows, old = view.rows[prompted], view.columns[prompted]
    taken = torch.zeros(view.mask.size()[:2], dtype=__torch__.dtype.INT64(), device=indices.device)
    taken[rows, old] = 1
    columns = taken.cumsum(1)[rows, old] - 1
    longest = max(1, int(taken.sum([1]).max()))
    mask = torch.ones([view.mask.size(0), longest, 1, view.span], dtype=__torch__.dtype.BOOL(), device=indices.device)
    mask[rows, columns] = view.mask[rows, old]
    return __torch__.cache.CacheView(view.cos[indices], view.sin[indices], view.slots[indices],
                                     view.cache_positions[indices], view.span, d, view.decode_mask, view.first,
                                     view.count, view.entries, rows, columns, mask, view.prefixes)


# The view without the positions of images; images [S, 2]: cache positions of each slot's image, the second exclusive.
def without_images(view: __torch__.cache.CacheView, images: Tensor) -> __torch__.cache.CacheView:
    outside = __torch__.yopo.outside(images, view.span)  # [S, 1, 1, span]
    d = view.decoding
    mask = view.mask.logical_and(outside[view.first:view.first + view.count])
    return __torch__.cache.CacheView(view.cos, view.sin, view.slots, view.cache_positions, view.span, d,
                                     view.decode_mask.logical_and(outside[:d]), view.first, view.count, view.entries,
                                     view.rows, view.columns, mask, view.prefixes)


def outside(images: Tensor, span: int) -> Tensor:
    position = torch.arange(span, device=images.device)
    start, end = images[:, 0].unsqueeze(1), images[:, 1].unsqueeze(1)
    return (position < start).logical_or(position >= end).unsqueeze(1).unsqueeze(2)


# ---- forward --------------------------------------------------------------------------------------------------------

# See LlamaDecoder.fill_prefixes. What vision tokens are after their last layer is not needed.
def fill_prefixes(decoder: __torch__.llama.LlamaDecoder, x: Tensor, view: __torch__.cache.CacheView,
                  images: bool) -> None:
    reduction = decoder.reduction[0]
    layers = len(decoder.parts)
    if not images:
        call = __torch__.yopo.text_only(view, view)
        for i in range(layers):
            x = __torch__.yopo.layer(decoder, x, view, call, decoder.prefix_keys[i], decoder.prefix_values[i], i)
        return None
    call = __torch__.yopo.tokens(view, view.slots >= 0, reduction)
    last = (min(reduction.layers, layers) if reduction.skips else layers) - 1
    for i in range(last):
        x = __torch__.yopo.layer(decoder, x, view, call, decoder.prefix_keys[i], decoder.prefix_values[i], i)
    __torch__.yopo.store(decoder, x, view, call, decoder.prefix_keys[last], decoder.prefix_values[last], last)
    return None


# See LlamaDecoder.step; is_vision [T].
def step(decoder: __torch__.llama.LlamaDecoder, x: Tensor, view: __torch__.cache.CacheView,
         is_vision: Tensor) -> Tensor:
    reduction = decoder.reduction[0]
    call = __torch__.yopo.tokens(view, is_vision, reduction)
    for i in range(len(decoder.parts)):
        if i == reduction.layers and call.vision.size(0) > 0:
            decoder.pruned["reduced"] = x[call.vision]
        x = __torch__.yopo.layer(decoder, x, view, call, decoder.slot_keys[i], decoder.slot_values[i], i)
    return x


# The skipping form; see LlamaDecoder.step_pruned.
def step_pruned(decoder: __torch__.llama.LlamaDecoder, x: Tensor, view: __torch__.cache.CacheView, positions: Tensor,
                pruning: __torch__.pruning.Pruning) -> Tensor:
    reduction = decoder.reduction[0]
    images = decoder.slot_images[0]  # [S, 2]
    images[view.first:view.first + view.count] = 0
    images[pruning.slots] = torch.stack([pruning.starts, pruning.starts + pruning.lengths], 1)
    of_tokens = images[view.slots]  # [T, 2]
    is_vision = (view.cache_positions >= of_tokens[:, 0]).logical_and(view.cache_positions < of_tokens[:, 1])
    call = __torch__.yopo.tokens(view, is_vision, reduction)
    blind = __torch__.yopo.without_images(call.view, images)
    call = __torch__.yopo.Tokens(call.text, call.view, blind, call.vision, call.slots, call.rows, call.columns,
                                 call.mask)
    for i in range(reduction.layers):
        x = __torch__.yopo.layer(decoder, x, view, call, decoder.slot_keys[i], decoder.slot_values[i], i)
    x = x[pruning.sources]
    d = view.decoding
    view = decoder.view_of_slots(d, view.first, pruning.rows[d:], pruning.columns[d:], pruning.cache_positions,
                                 positions[pruning.sources], pruning.subtree_ends, view.count, pruning.longest,
                                 pruning.span, annotate(List[int], []), annotate(List[int], []))
    call = __torch__.yopo.text_only(view, view)
    for i in range(reduction.layers, len(decoder.parts)):
        x = __torch__.yopo.layer(decoder, x, view, call, decoder.slot_keys[i], decoder.slot_values[i], i)
    return x


# Runs layer i over x [T, d] and stores its keys and values in keys and values [S, k, M, e].
def layer(decoder: __torch__.llama.LlamaDecoder, x: Tensor, view: __torch__.cache.CacheView,
          call: __torch__.yopo.Tokens, keys: Tensor, values: Tensor, i: int) -> Tensor:
    q = __torch__.yopo.store(decoder, x, view, call, keys, values, i)
    y = __torch__.yopo.attend(decoder, q, call, keys, values, i)
    x = __torch__.yopo.finish_layer(decoder, x, y, call, i)
    if decoder.watching:
        decoder.states.append(x[-1].float())
    return x


# Stores the keys and values of x [T, d] in the cache and returns the queries [T, h, e]; zeros where a vision token has
# none.
def store(decoder: __torch__.llama.LlamaDecoder, x: Tensor, view: __torch__.cache.CacheView,
          call: __torch__.yopo.Tokens, keys: Tensor, values: Tensor, i: int) -> Tensor:
    parts = decoder.parts[i]
    h, k, e = decoder.heads, decoder.key_value_heads, keys.size(3)
    x = decoder.rms_norm(x, decoder.input_layernorm[i])
    own = parts.heads + parts.keys + parts.values
    rest = h + 2 * k - own
    y = __torch__.vision_parts.product(x, parts.qkv, own * e).unflatten(1, [own, e])
    q, key, value = y.split_with_sizes([parts.heads, parts.keys, parts.values], 1)
    if rest > 0:
        z = torch.zeros([0, rest * e], dtype=x.dtype, device=x.device)
        if __torch__.yopo.has_text(call):
            z = __torch__.vision_parts.product(__torch__.yopo.texts(x, call), parts.text_qkv, rest * e)
        z = __torch__.yopo.among_all(z, x.size(0), call).unflatten(1, [rest, e])
        text_q, text_key, text_value = z.split_with_sizes([h - parts.heads, k - parts.keys, k - parts.values], 1)
        q, key, value = torch.cat([q, text_q], 1), torch.cat([key, text_key], 1), torch.cat([value, text_value], 1)
    keys[view.slots, :, view.cache_positions] = decoder.rotate(key, view.cos, view.sin)
    values[view.slots, :, view.cache_positions] = value
    return decoder.rotate(q, view.cos, view.sin)


def has_text(call: __torch__.yopo.Tokens) -> bool:
    text = call.text
    return text is None or text.size(0) > 0


# The text tokens among x [T, n], [W, n].
def texts(x: Tensor, call: __torch__.yopo.Tokens) -> Tensor:
    text = call.text
    return x if text is None else x.index_select(0, text)


# The text tokens' y [W, n] among the T tokens of the call, with zeros for vision tokens: [T, n].
def among_all(y: Tensor, count: int, call: __torch__.yopo.Tokens) -> Tensor:
    text = call.text
    if text is None:
        return y
    z = torch.zeros([count, y.size(1)], dtype=y.dtype, device=y.device)
    return z.index_copy_(0, text, y)


# Attention of q [T, h, e] to the cache, [T, h * e]; undefined where vision tokens have no head.
def attend(decoder: __torch__.llama.LlamaDecoder, q: Tensor, call: __torch__.yopo.Tokens, keys: Tensor, values: Tensor,
           i: int) -> Tensor:
    text = call.text
    if text is None:
        return __torch__.yopo.attend_text(decoder, q, call, keys, values, i)
    y = torch.zeros([q.size(0), q.size(1) * q.size(2)], dtype=q.dtype, device=q.device)
    if text.size(0) > 0:
        y[text] = __torch__.yopo.attend_text(decoder, q[text], call, keys, values, i)
    g = decoder.parts[i].heads
    if g > 0:
        y[call.vision, :g * q.size(2)] = __torch__.yopo.attend_vision(decoder, q[call.vision, :g], call, keys, values)
    return y


# q [W, h, e]; returns [W, h * e].
def attend_text(decoder: __torch__.llama.LlamaDecoder, q: Tensor, call: __torch__.yopo.Tokens, keys: Tensor,
                values: Tensor, i: int) -> Tensor:
    g = decoder.parts[i].heads
    k = g * keys.size(1) // q.size(1)
    if g == q.size(1) or not decoder.reduction[0].skips:
        return decoder.attend(q, keys, values, call.view, i)
    blind = decoder.attend(q[:, g:], keys[:, k:], values[:, k:], call.blind, i)
    if g == 0:
        return blind
    return torch.cat([decoder.attend(q[:, :g], keys[:, :k], values[:, :k], call.view, i), blind], 1)


# q [V, g, e]; returns [V, g * e].
def attend_vision(decoder: __torch__.llama.LlamaDecoder, q: Tensor, call: __torch__.yopo.Tokens, keys: Tensor,
                  values: Tensor) -> Tensor:
    k, span = q.size(1) * keys.size(1) // decoder.heads, call.mask.size(3)
    queries = torch.zeros([call.mask.size(0), call.mask.size(1), q.size(1), q.size(2)], dtype=q.dtype, device=q.device)
    queries[call.rows, call.columns] = q  # [P, N, g, e]
    y = decoder.attention(queries.transpose(1, 2), keys[:, :k, :span].index_select(0, call.slots),
                          values[:, :k, :span].index_select(0, call.slots), call.mask.transpose(1, 2))
    return y.transpose(1, 2)[call.rows, call.columns].flatten(1)


# Output projection of attention y [T, h * e], then the MLP; each is added to the residual x [T, d].
def finish_layer(decoder: __torch__.llama.LlamaDecoder, x: Tensor, y: Tensor, call: __torch__.yopo.Tokens,
                 i: int) -> Tensor:
    parts = decoder.parts[i]
    own = y.size(1) * parts.heads // decoder.heads
    for o in parts.o:
        x = __torch__.linear.linear_add(y[:, :own].contiguous(), o, None, x)
    if __torch__.yopo.has_text(call):
        for o in parts.text_o:
            x = __torch__.yopo.plus_text(x, __torch__.yopo.texts(y[:, own:], call).contiguous(), o, call)
    y = decoder.rms_norm(x, decoder.post_attention_layernorm[i])
    x = __torch__.linear.linear_add(__torch__.linear.gated(y, parts.gate, parts.up), parts.down, None, x)
    if __torch__.yopo.has_text(call):
        for j in range(len(parts.text_gate)):
            z = __torch__.linear.gated(__torch__.yopo.texts(y, call), parts.text_gate[j], parts.text_up[j])
            x = __torch__.yopo.plus_text(x, z, parts.text_down[j], call)
    return x


# Adds y [W, n] times a matrix to the text tokens of x [T, d].
def plus_text(x: Tensor, y: Tensor, matrix: __torch__.linear.Matrix, call: __torch__.yopo.Tokens) -> Tensor:
    text = call.text
    if text is None:
        return __torch__.linear.linear_add(y, matrix, None, x)
    return x.index_add(0, text, __torch__.linear.linear(y, matrix, None))
