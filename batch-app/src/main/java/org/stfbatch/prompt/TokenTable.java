package org.stfbatch.prompt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Table of all tokens: the pieces of the SentencePiece model, overridden by the added tokens.
 * Immutable.
 *
 * <p>A token with a role (bos, eos, ...) that is neither a piece nor listed as added gets the next
 * free id, as in transformers. An added token without a row in the model is left out: its text is
 * encoded as text.
 */
final class TokenTable {

  private final SentencePieceModel model;
  private final Map<Integer, AddedToken> addedById = new LinkedHashMap<>();
  private final Map<String, Integer> addedIds = new HashMap<>();
  private final List<AddedToken> longestFirst;
  private final Set<String> special = new HashSet<>();
  private final Set<Integer> specialIds = new HashSet<>();
  private final Set<String> standAlone = new HashSet<>();
  private final int longest;
  private final int rows;

  /**
   * @param rows number of rows of the model's embedding
   */
  TokenTable(SentencePieceModel model, TokenizerSettings settings, int rows) {
    this.model = model;
    this.rows = rows;
    settings.added().forEach(this::add);
    for (AddedToken token : settings.special()) {
      if (!token.content().isEmpty() && !addedIds.containsKey(token.content())) {
        Integer piece = model.idOf(token.content());
        add(piece == null ? nextFreeId() : piece, token);
      }
    }
    for (AddedToken token : settings.special()) {
      special.add(token.content());
      specialIds.add(idOf(token.content()));
    }
    standAlone.addAll(addedIds.keySet());
    standAlone.removeAll(special);
    for (String token : settings.additionalSpecial()) {
      if (idOf(token) >= model.size()) {
        standAlone.add(token);
      }
    }
    longestFirst =
        addedById.values().stream()
            .filter(token -> !token.content().isEmpty())
            .sorted(Comparator.comparingInt((AddedToken t) -> t.content().length()).reversed())
            .toList();
    longest =
        Math.max(
            model.longest(),
            longestFirst.stream().mapToInt(t -> t.content().length()).max().orElse(0));
  }

  /** Returns the length of the longest token in characters. */
  int longest() {
    return longest;
  }

  private void add(int id, AddedToken token) {
    if (id < rows) {
      addedById.put(id, token);
      addedIds.put(token.content(), id);
    }
  }

  private int nextFreeId() {
    Set<String> known = new HashSet<>(addedIds.keySet());
    known.removeIf(token -> model.idOf(token) != null);
    return model.size() + known.size();
  }

  /**
   * Returns the id of a token's text, or 0, SentencePiece's id of the unknown piece, if there is no
   * such token.
   */
  int idOf(String token) {
    Integer added = addedIds.get(token);
    if (added != null) {
      return added;
    }
    Integer piece = model.idOf(token);
    return piece == null ? 0 : piece;
  }

  /** Returns the text of an id, or {@code null} if no token has it. */
  String textOf(int id) {
    AddedToken added = addedById.get(id);
    if (added != null) {
      return added.content();
    }
    return id < model.size() ? model.piece(id).text() : null;
  }

  boolean isSpecialId(int id) {
    return specialIds.contains(id);
  }

  boolean isSpecial(String token) {
    return special.contains(token);
  }

  /** Whether decoding separates the token with spaces: an added token without a role. */
  boolean standsAlone(String token) {
    return standAlone.contains(token);
  }

  /** Returns the added token with that text, or {@code null}. */
  AddedToken added(String text) {
    Integer id = addedIds.get(text);
    return id == null ? null : addedById.get(id);
  }

  /**
   * Splits a text at its added tokens: the leftmost first, and of those at one position the
   * longest. No part is empty.
   */
  List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int at = 0; at < text.length(); ) {
      AddedToken token = tokenAt(text, at);
      if (token == null) {
        at++;
        continue;
      }
      if (at > start) {
        parts.add(text.substring(start, at));
      }
      parts.add(token.content());
      at += token.content().length();
      start = at;
    }
    if (start < text.length()) {
      parts.add(text.substring(start));
    }
    return parts;
  }

  private AddedToken tokenAt(String text, int at) {
    for (AddedToken token : longestFirst) {
      if (text.startsWith(token.content(), at)) {
        return token;
      }
    }
    return null;
  }
}
