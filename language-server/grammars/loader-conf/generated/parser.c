#include "tree_sitter/parser.h"

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#define LANGUAGE_VERSION 14
#define STATE_COUNT 43
#define LARGE_STATE_COUNT 2
#define SYMBOL_COUNT 23
#define ALIAS_COUNT 0
#define TOKEN_COUNT 15
#define EXTERNAL_TOKEN_COUNT 0
#define FIELD_COUNT 2
#define MAX_ALIAS_SEQUENCE_LENGTH 7
#define PRODUCTION_ID_COUNT 5

enum ts_symbol_identifiers {
  sym__newline = 1,
  sym__blank = 2,
  sym_comment = 3,
  anon_sym_EQ = 4,
  sym_name = 5,
  sym_word = 6,
  anon_sym_DQUOTE = 7,
  anon_sym_DQUOTE2 = 8,
  sym_text = 9,
  sym_escape = 10,
  sym_reference = 11,
  sym__dollar = 12,
  sym_bad_value = 13,
  sym_junk = 14,
  sym_document = 15,
  sym__line = 16,
  sym__statement = 17,
  sym_assignment = 18,
  sym_malformed = 19,
  sym_string = 20,
  aux_sym_document_repeat1 = 21,
  aux_sym_string_repeat1 = 22,
};

static const char * const ts_symbol_names[] = {
  [ts_builtin_sym_end] = "end",
  [sym__newline] = "_newline",
  [sym__blank] = "_blank",
  [sym_comment] = "comment",
  [anon_sym_EQ] = "=",
  [sym_name] = "name",
  [sym_word] = "word",
  [anon_sym_DQUOTE] = "\"",
  [anon_sym_DQUOTE2] = "\"",
  [sym_text] = "text",
  [sym_escape] = "escape",
  [sym_reference] = "reference",
  [sym__dollar] = "_dollar",
  [sym_bad_value] = "bad_value",
  [sym_junk] = "junk",
  [sym_document] = "document",
  [sym__line] = "_line",
  [sym__statement] = "_statement",
  [sym_assignment] = "assignment",
  [sym_malformed] = "malformed",
  [sym_string] = "string",
  [aux_sym_document_repeat1] = "document_repeat1",
  [aux_sym_string_repeat1] = "string_repeat1",
};

static const TSSymbol ts_symbol_map[] = {
  [ts_builtin_sym_end] = ts_builtin_sym_end,
  [sym__newline] = sym__newline,
  [sym__blank] = sym__blank,
  [sym_comment] = sym_comment,
  [anon_sym_EQ] = anon_sym_EQ,
  [sym_name] = sym_name,
  [sym_word] = sym_word,
  [anon_sym_DQUOTE] = anon_sym_DQUOTE,
  [anon_sym_DQUOTE2] = anon_sym_DQUOTE,
  [sym_text] = sym_text,
  [sym_escape] = sym_escape,
  [sym_reference] = sym_reference,
  [sym__dollar] = sym__dollar,
  [sym_bad_value] = sym_bad_value,
  [sym_junk] = sym_junk,
  [sym_document] = sym_document,
  [sym__line] = sym__line,
  [sym__statement] = sym__statement,
  [sym_assignment] = sym_assignment,
  [sym_malformed] = sym_malformed,
  [sym_string] = sym_string,
  [aux_sym_document_repeat1] = aux_sym_document_repeat1,
  [aux_sym_string_repeat1] = aux_sym_string_repeat1,
};

static const TSSymbolMetadata ts_symbol_metadata[] = {
  [ts_builtin_sym_end] = {
    .visible = false,
    .named = true,
  },
  [sym__newline] = {
    .visible = false,
    .named = true,
  },
  [sym__blank] = {
    .visible = false,
    .named = true,
  },
  [sym_comment] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_EQ] = {
    .visible = true,
    .named = false,
  },
  [sym_name] = {
    .visible = true,
    .named = true,
  },
  [sym_word] = {
    .visible = true,
    .named = true,
  },
  [anon_sym_DQUOTE] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_DQUOTE2] = {
    .visible = true,
    .named = false,
  },
  [sym_text] = {
    .visible = true,
    .named = true,
  },
  [sym_escape] = {
    .visible = true,
    .named = true,
  },
  [sym_reference] = {
    .visible = true,
    .named = true,
  },
  [sym__dollar] = {
    .visible = false,
    .named = true,
  },
  [sym_bad_value] = {
    .visible = true,
    .named = true,
  },
  [sym_junk] = {
    .visible = true,
    .named = true,
  },
  [sym_document] = {
    .visible = true,
    .named = true,
  },
  [sym__line] = {
    .visible = false,
    .named = true,
  },
  [sym__statement] = {
    .visible = false,
    .named = true,
  },
  [sym_assignment] = {
    .visible = true,
    .named = true,
  },
  [sym_malformed] = {
    .visible = true,
    .named = true,
  },
  [sym_string] = {
    .visible = true,
    .named = true,
  },
  [aux_sym_document_repeat1] = {
    .visible = false,
    .named = false,
  },
  [aux_sym_string_repeat1] = {
    .visible = false,
    .named = false,
  },
};

enum ts_field_identifiers {
  field_name = 1,
  field_value = 2,
};

static const char * const ts_field_names[] = {
  [0] = NULL,
  [field_name] = "name",
  [field_value] = "value",
};

static const TSFieldMapSlice ts_field_map_slices[PRODUCTION_ID_COUNT] = {
  [1] = {.index = 0, .length = 1},
  [2] = {.index = 1, .length = 2},
  [3] = {.index = 3, .length = 2},
  [4] = {.index = 5, .length = 2},
};

static const TSFieldMapEntry ts_field_map_entries[] = {
  [0] =
    {field_name, 0},
  [1] =
    {field_name, 0},
    {field_value, 2},
  [3] =
    {field_name, 0},
    {field_value, 3},
  [5] =
    {field_name, 0},
    {field_value, 4},
};

static const TSSymbol ts_alias_sequences[PRODUCTION_ID_COUNT][MAX_ALIAS_SEQUENCE_LENGTH] = {
  [0] = {0},
};

static const uint16_t ts_non_terminal_alias_map[] = {
  0,
};

static const TSStateId ts_primary_state_ids[STATE_COUNT] = {
  [0] = 0,
  [1] = 1,
  [2] = 2,
  [3] = 3,
  [4] = 4,
  [5] = 5,
  [6] = 6,
  [7] = 7,
  [8] = 8,
  [9] = 9,
  [10] = 10,
  [11] = 11,
  [12] = 12,
  [13] = 13,
  [14] = 14,
  [15] = 15,
  [16] = 16,
  [17] = 17,
  [18] = 18,
  [19] = 19,
  [20] = 20,
  [21] = 21,
  [22] = 22,
  [23] = 23,
  [24] = 24,
  [25] = 25,
  [26] = 26,
  [27] = 27,
  [28] = 28,
  [29] = 29,
  [30] = 30,
  [31] = 31,
  [32] = 32,
  [33] = 33,
  [34] = 34,
  [35] = 35,
  [36] = 36,
  [37] = 37,
  [38] = 38,
  [39] = 39,
  [40] = 40,
  [41] = 41,
  [42] = 42,
};

static bool ts_lex(TSLexer *lexer, TSStateId state) {
  START_LEXER();
  eof = lexer->eof(lexer);
  switch (state) {
    case 0:
      if (eof) ADVANCE(8);
      ADVANCE_MAP(
        '\n', 9,
        '"', 17,
        '#', 11,
        '$', 24,
        '=', 19,
        '\\', 21,
        '.', 14,
        '_', 14,
      );
      if (('\t' <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(18);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(14);
      if (lookahead != 0) ADVANCE(19);
      END_STATE();
    case 1:
      if (lookahead == '"') ADVANCE(17);
      if (lookahead == '$') ADVANCE(25);
      if (lookahead == '\\') ADVANCE(21);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(19);
      END_STATE();
    case 2:
      if (lookahead == '}') ADVANCE(22);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '"') ADVANCE(2);
      END_STATE();
    case 3:
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '"' &&
          lookahead != '}') ADVANCE(2);
      END_STATE();
    case 4:
      if (eof) ADVANCE(8);
      if (lookahead == '\n') ADVANCE(9);
      if (lookahead == '"') ADVANCE(16);
      if (lookahead == '#') ADVANCE(12);
      if (('\t' <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(10);
      if (lookahead == '-' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(15);
      if (lookahead != 0) ADVANCE(28);
      END_STATE();
    case 5:
      if (eof) ADVANCE(8);
      if (lookahead == '\n') ADVANCE(9);
      if (lookahead == '#') ADVANCE(12);
      if (('\t' <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(10);
      if (lookahead == '-' ||
          lookahead == '.' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(14);
      if (lookahead != 0) ADVANCE(29);
      END_STATE();
    case 6:
      if (eof) ADVANCE(8);
      if (lookahead == '\n') ADVANCE(9);
      if (lookahead == '#') ADVANCE(12);
      if (('\t' <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(10);
      if (lookahead != 0) ADVANCE(29);
      END_STATE();
    case 7:
      if (eof) ADVANCE(8);
      if (lookahead == '\n') ADVANCE(9);
      if (lookahead == '=') ADVANCE(13);
      if (('\t' <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(10);
      if (lookahead != 0 &&
          lookahead != '#') ADVANCE(29);
      END_STATE();
    case 8:
      ACCEPT_TOKEN(ts_builtin_sym_end);
      END_STATE();
    case 9:
      ACCEPT_TOKEN(sym__newline);
      END_STATE();
    case 10:
      ACCEPT_TOKEN(sym__blank);
      if (lookahead == '\t' ||
          (0x0b <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(10);
      END_STATE();
    case 11:
      ACCEPT_TOKEN(sym_comment);
      if (lookahead == '"' ||
          lookahead == '$' ||
          lookahead == '\\') ADVANCE(12);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(11);
      END_STATE();
    case 12:
      ACCEPT_TOKEN(sym_comment);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(12);
      END_STATE();
    case 13:
      ACCEPT_TOKEN(anon_sym_EQ);
      END_STATE();
    case 14:
      ACCEPT_TOKEN(sym_name);
      if (lookahead == '-' ||
          lookahead == '.' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(14);
      END_STATE();
    case 15:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '-' ||
          lookahead == '.' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(15);
      END_STATE();
    case 16:
      ACCEPT_TOKEN(anon_sym_DQUOTE);
      END_STATE();
    case 17:
      ACCEPT_TOKEN(anon_sym_DQUOTE2);
      END_STATE();
    case 18:
      ACCEPT_TOKEN(sym_text);
      if (lookahead == '\t' ||
          (0x0b <= lookahead && lookahead <= '\r') ||
          lookahead == ' ') ADVANCE(18);
      if (lookahead != 0 &&
          (lookahead < '\t' || '\r' < lookahead) &&
          lookahead != '"' &&
          lookahead != '$' &&
          lookahead != '\\') ADVANCE(19);
      END_STATE();
    case 19:
      ACCEPT_TOKEN(sym_text);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '"' &&
          lookahead != '$' &&
          lookahead != '\\') ADVANCE(19);
      END_STATE();
    case 20:
      ACCEPT_TOKEN(sym_escape);
      END_STATE();
    case 21:
      ACCEPT_TOKEN(sym_escape);
      if (lookahead != 0 &&
          lookahead != '\n' &&
          lookahead != '"') ADVANCE(20);
      END_STATE();
    case 22:
      ACCEPT_TOKEN(sym_reference);
      END_STATE();
    case 23:
      ACCEPT_TOKEN(sym_reference);
      if (lookahead == '-' ||
          lookahead == '.' ||
          ('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          lookahead == '_' ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(23);
      END_STATE();
    case 24:
      ACCEPT_TOKEN(sym__dollar);
      if (lookahead == '{') ADVANCE(27);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(23);
      END_STATE();
    case 25:
      ACCEPT_TOKEN(sym__dollar);
      if (lookahead == '{') ADVANCE(3);
      if (('0' <= lookahead && lookahead <= '9') ||
          ('A' <= lookahead && lookahead <= 'Z') ||
          ('a' <= lookahead && lookahead <= 'z')) ADVANCE(23);
      END_STATE();
    case 26:
      ACCEPT_TOKEN(sym_bad_value);
      if (lookahead == '"') ADVANCE(28);
      if (lookahead == '}') ADVANCE(22);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(26);
      END_STATE();
    case 27:
      ACCEPT_TOKEN(sym_bad_value);
      if (lookahead == '"' ||
          lookahead == '}') ADVANCE(28);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(26);
      END_STATE();
    case 28:
      ACCEPT_TOKEN(sym_bad_value);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(28);
      END_STATE();
    case 29:
      ACCEPT_TOKEN(sym_junk);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(29);
      END_STATE();
    default:
      return false;
  }
}

static const TSLexMode ts_lex_modes[STATE_COUNT] = {
  [0] = {.lex_state = 0},
  [1] = {.lex_state = 5},
  [2] = {.lex_state = 5},
  [3] = {.lex_state = 5},
  [4] = {.lex_state = 4},
  [5] = {.lex_state = 4},
  [6] = {.lex_state = 4},
  [7] = {.lex_state = 4},
  [8] = {.lex_state = 5},
  [9] = {.lex_state = 1},
  [10] = {.lex_state = 5},
  [11] = {.lex_state = 1},
  [12] = {.lex_state = 1},
  [13] = {.lex_state = 6},
  [14] = {.lex_state = 6},
  [15] = {.lex_state = 6},
  [16] = {.lex_state = 6},
  [17] = {.lex_state = 7},
  [18] = {.lex_state = 6},
  [19] = {.lex_state = 6},
  [20] = {.lex_state = 6},
  [21] = {.lex_state = 6},
  [22] = {.lex_state = 6},
  [23] = {.lex_state = 7},
  [24] = {.lex_state = 6},
  [25] = {.lex_state = 0},
  [26] = {.lex_state = 0},
  [27] = {.lex_state = 0},
  [28] = {.lex_state = 0},
  [29] = {.lex_state = 0},
  [30] = {.lex_state = 0},
  [31] = {.lex_state = 0},
  [32] = {.lex_state = 0},
  [33] = {.lex_state = 0},
  [34] = {.lex_state = 0},
  [35] = {.lex_state = 0},
  [36] = {.lex_state = 0},
  [37] = {.lex_state = 0},
  [38] = {.lex_state = 0},
  [39] = {.lex_state = 0},
  [40] = {.lex_state = 0},
  [41] = {.lex_state = 0},
  [42] = {.lex_state = 0},
};

static const uint16_t ts_parse_table[LARGE_STATE_COUNT][SYMBOL_COUNT] = {
  [0] = {
    [ts_builtin_sym_end] = ACTIONS(1),
    [sym__newline] = ACTIONS(1),
    [sym__blank] = ACTIONS(1),
    [sym_comment] = ACTIONS(1),
    [anon_sym_EQ] = ACTIONS(1),
    [sym_name] = ACTIONS(1),
    [sym_word] = ACTIONS(1),
    [anon_sym_DQUOTE] = ACTIONS(1),
    [anon_sym_DQUOTE2] = ACTIONS(1),
    [sym_text] = ACTIONS(1),
    [sym_escape] = ACTIONS(1),
    [sym_reference] = ACTIONS(1),
    [sym__dollar] = ACTIONS(1),
    [sym_bad_value] = ACTIONS(1),
    [sym_junk] = ACTIONS(1),
  },
  [1] = {
    [sym_document] = STATE(41),
    [sym__line] = STATE(32),
    [sym__statement] = STATE(32),
    [sym_assignment] = STATE(32),
    [sym_malformed] = STATE(32),
    [aux_sym_document_repeat1] = STATE(2),
    [ts_builtin_sym_end] = ACTIONS(3),
    [sym__newline] = ACTIONS(5),
    [sym__blank] = ACTIONS(7),
    [sym_comment] = ACTIONS(9),
    [sym_name] = ACTIONS(11),
    [sym_junk] = ACTIONS(13),
  },
};

static const uint16_t ts_small_parse_table[] = {
  [0] = 8,
    ACTIONS(7), 1,
      sym__blank,
    ACTIONS(11), 1,
      sym_name,
    ACTIONS(13), 1,
      sym_junk,
    ACTIONS(15), 1,
      ts_builtin_sym_end,
    ACTIONS(17), 1,
      sym__newline,
    ACTIONS(19), 1,
      sym_comment,
    STATE(3), 1,
      aux_sym_document_repeat1,
    STATE(30), 4,
      sym__line,
      sym__statement,
      sym_assignment,
      sym_malformed,
  [28] = 8,
    ACTIONS(21), 1,
      ts_builtin_sym_end,
    ACTIONS(23), 1,
      sym__newline,
    ACTIONS(26), 1,
      sym__blank,
    ACTIONS(29), 1,
      sym_comment,
    ACTIONS(32), 1,
      sym_name,
    ACTIONS(35), 1,
      sym_junk,
    STATE(3), 1,
      aux_sym_document_repeat1,
    STATE(42), 4,
      sym__line,
      sym__statement,
      sym_assignment,
      sym_malformed,
  [56] = 8,
    ACTIONS(40), 1,
      sym__blank,
    ACTIONS(42), 1,
      sym_comment,
    ACTIONS(44), 1,
      sym_word,
    ACTIONS(46), 1,
      anon_sym_DQUOTE,
    ACTIONS(48), 1,
      sym_bad_value,
    ACTIONS(50), 1,
      sym_junk,
    STATE(14), 1,
      sym_string,
    ACTIONS(38), 2,
      ts_builtin_sym_end,
      sym__newline,
  [82] = 8,
    ACTIONS(46), 1,
      anon_sym_DQUOTE,
    ACTIONS(54), 1,
      sym__blank,
    ACTIONS(56), 1,
      sym_comment,
    ACTIONS(58), 1,
      sym_word,
    ACTIONS(60), 1,
      sym_bad_value,
    ACTIONS(62), 1,
      sym_junk,
    STATE(16), 1,
      sym_string,
    ACTIONS(52), 2,
      ts_builtin_sym_end,
      sym__newline,
  [108] = 8,
    ACTIONS(46), 1,
      anon_sym_DQUOTE,
    ACTIONS(56), 1,
      sym_comment,
    ACTIONS(58), 1,
      sym_word,
    ACTIONS(60), 1,
      sym_bad_value,
    ACTIONS(62), 1,
      sym_junk,
    ACTIONS(64), 1,
      sym__blank,
    STATE(16), 1,
      sym_string,
    ACTIONS(52), 2,
      ts_builtin_sym_end,
      sym__newline,
  [134] = 8,
    ACTIONS(46), 1,
      anon_sym_DQUOTE,
    ACTIONS(68), 1,
      sym__blank,
    ACTIONS(70), 1,
      sym_comment,
    ACTIONS(72), 1,
      sym_word,
    ACTIONS(74), 1,
      sym_bad_value,
    ACTIONS(76), 1,
      sym_junk,
    STATE(13), 1,
      sym_string,
    ACTIONS(66), 2,
      ts_builtin_sym_end,
      sym__newline,
  [160] = 5,
    ACTIONS(11), 1,
      sym_name,
    ACTIONS(13), 1,
      sym_junk,
    ACTIONS(80), 1,
      sym_comment,
    ACTIONS(78), 2,
      ts_builtin_sym_end,
      sym__newline,
    STATE(29), 3,
      sym__statement,
      sym_assignment,
      sym_malformed,
  [179] = 4,
    ACTIONS(82), 1,
      anon_sym_DQUOTE2,
    ACTIONS(86), 1,
      sym__dollar,
    STATE(11), 1,
      aux_sym_string_repeat1,
    ACTIONS(84), 3,
      sym_text,
      sym_escape,
      sym_reference,
  [194] = 2,
    ACTIONS(88), 1,
      sym_junk,
    ACTIONS(21), 5,
      ts_builtin_sym_end,
      sym__newline,
      sym__blank,
      sym_comment,
      sym_name,
  [205] = 4,
    ACTIONS(90), 1,
      anon_sym_DQUOTE2,
    ACTIONS(94), 1,
      sym__dollar,
    STATE(12), 1,
      aux_sym_string_repeat1,
    ACTIONS(92), 3,
      sym_text,
      sym_escape,
      sym_reference,
  [220] = 4,
    ACTIONS(96), 1,
      anon_sym_DQUOTE2,
    ACTIONS(101), 1,
      sym__dollar,
    STATE(12), 1,
      aux_sym_string_repeat1,
    ACTIONS(98), 3,
      sym_text,
      sym_escape,
      sym_reference,
  [235] = 3,
    ACTIONS(106), 1,
      sym__blank,
    ACTIONS(104), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(108), 2,
      sym_comment,
      sym_junk,
  [247] = 3,
    ACTIONS(112), 1,
      sym__blank,
    ACTIONS(110), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(114), 2,
      sym_comment,
      sym_junk,
  [259] = 1,
    ACTIONS(116), 5,
      ts_builtin_sym_end,
      sym__newline,
      sym__blank,
      sym_comment,
      sym_junk,
  [267] = 3,
    ACTIONS(120), 1,
      sym__blank,
    ACTIONS(118), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(122), 2,
      sym_comment,
      sym_junk,
  [279] = 4,
    ACTIONS(126), 1,
      sym__blank,
    ACTIONS(128), 1,
      anon_sym_EQ,
    ACTIONS(130), 1,
      sym_junk,
    ACTIONS(124), 2,
      ts_builtin_sym_end,
      sym__newline,
  [293] = 1,
    ACTIONS(132), 5,
      ts_builtin_sym_end,
      sym__newline,
      sym__blank,
      sym_comment,
      sym_junk,
  [301] = 2,
    ACTIONS(134), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(136), 2,
      sym_comment,
      sym_junk,
  [310] = 2,
    ACTIONS(66), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(70), 2,
      sym_comment,
      sym_junk,
  [319] = 2,
    ACTIONS(138), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(140), 2,
      sym_comment,
      sym_junk,
  [328] = 2,
    ACTIONS(142), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(144), 2,
      sym_comment,
      sym_junk,
  [337] = 3,
    ACTIONS(148), 1,
      anon_sym_EQ,
    ACTIONS(150), 1,
      sym_junk,
    ACTIONS(146), 2,
      ts_builtin_sym_end,
      sym__newline,
  [348] = 2,
    ACTIONS(152), 2,
      ts_builtin_sym_end,
      sym__newline,
    ACTIONS(154), 2,
      sym_comment,
      sym_junk,
  [357] = 1,
    ACTIONS(156), 2,
      ts_builtin_sym_end,
      sym__newline,
  [362] = 1,
    ACTIONS(146), 2,
      ts_builtin_sym_end,
      sym__newline,
  [367] = 1,
    ACTIONS(138), 2,
      ts_builtin_sym_end,
      sym__newline,
  [372] = 1,
    ACTIONS(158), 2,
      ts_builtin_sym_end,
      sym__newline,
  [377] = 1,
    ACTIONS(160), 2,
      ts_builtin_sym_end,
      sym__newline,
  [382] = 2,
    ACTIONS(162), 1,
      ts_builtin_sym_end,
    ACTIONS(164), 1,
      sym__newline,
  [389] = 1,
    ACTIONS(142), 2,
      ts_builtin_sym_end,
      sym__newline,
  [394] = 2,
    ACTIONS(15), 1,
      ts_builtin_sym_end,
    ACTIONS(164), 1,
      sym__newline,
  [401] = 1,
    ACTIONS(66), 2,
      ts_builtin_sym_end,
      sym__newline,
  [406] = 1,
    ACTIONS(152), 2,
      ts_builtin_sym_end,
      sym__newline,
  [411] = 1,
    ACTIONS(166), 2,
      ts_builtin_sym_end,
      sym__newline,
  [416] = 1,
    ACTIONS(124), 2,
      ts_builtin_sym_end,
      sym__newline,
  [421] = 1,
    ACTIONS(52), 2,
      ts_builtin_sym_end,
      sym__newline,
  [426] = 1,
    ACTIONS(134), 2,
      ts_builtin_sym_end,
      sym__newline,
  [431] = 1,
    ACTIONS(168), 2,
      ts_builtin_sym_end,
      sym__newline,
  [436] = 1,
    ACTIONS(170), 2,
      ts_builtin_sym_end,
      sym__newline,
  [441] = 1,
    ACTIONS(172), 1,
      ts_builtin_sym_end,
  [445] = 1,
    ACTIONS(164), 1,
      sym__newline,
};

static const uint32_t ts_small_parse_table_map[] = {
  [SMALL_STATE(2)] = 0,
  [SMALL_STATE(3)] = 28,
  [SMALL_STATE(4)] = 56,
  [SMALL_STATE(5)] = 82,
  [SMALL_STATE(6)] = 108,
  [SMALL_STATE(7)] = 134,
  [SMALL_STATE(8)] = 160,
  [SMALL_STATE(9)] = 179,
  [SMALL_STATE(10)] = 194,
  [SMALL_STATE(11)] = 205,
  [SMALL_STATE(12)] = 220,
  [SMALL_STATE(13)] = 235,
  [SMALL_STATE(14)] = 247,
  [SMALL_STATE(15)] = 259,
  [SMALL_STATE(16)] = 267,
  [SMALL_STATE(17)] = 279,
  [SMALL_STATE(18)] = 293,
  [SMALL_STATE(19)] = 301,
  [SMALL_STATE(20)] = 310,
  [SMALL_STATE(21)] = 319,
  [SMALL_STATE(22)] = 328,
  [SMALL_STATE(23)] = 337,
  [SMALL_STATE(24)] = 348,
  [SMALL_STATE(25)] = 357,
  [SMALL_STATE(26)] = 362,
  [SMALL_STATE(27)] = 367,
  [SMALL_STATE(28)] = 372,
  [SMALL_STATE(29)] = 377,
  [SMALL_STATE(30)] = 382,
  [SMALL_STATE(31)] = 389,
  [SMALL_STATE(32)] = 394,
  [SMALL_STATE(33)] = 401,
  [SMALL_STATE(34)] = 406,
  [SMALL_STATE(35)] = 411,
  [SMALL_STATE(36)] = 416,
  [SMALL_STATE(37)] = 421,
  [SMALL_STATE(38)] = 426,
  [SMALL_STATE(39)] = 431,
  [SMALL_STATE(40)] = 436,
  [SMALL_STATE(41)] = 441,
  [SMALL_STATE(42)] = 445,
};

static const TSParseActionEntry ts_parse_actions[] = {
  [0] = {.entry = {.count = 0, .reusable = false}},
  [1] = {.entry = {.count = 1, .reusable = false}}, RECOVER(),
  [3] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_document, 0, 0, 0),
  [5] = {.entry = {.count = 1, .reusable = true}}, SHIFT(2),
  [7] = {.entry = {.count = 1, .reusable = true}}, SHIFT(8),
  [9] = {.entry = {.count = 1, .reusable = true}}, SHIFT(32),
  [11] = {.entry = {.count = 1, .reusable = true}}, SHIFT(17),
  [13] = {.entry = {.count = 1, .reusable = false}}, SHIFT(36),
  [15] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_document, 1, 0, 0),
  [17] = {.entry = {.count = 1, .reusable = true}}, SHIFT(3),
  [19] = {.entry = {.count = 1, .reusable = true}}, SHIFT(30),
  [21] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0),
  [23] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0), SHIFT_REPEAT(3),
  [26] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0), SHIFT_REPEAT(8),
  [29] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0), SHIFT_REPEAT(42),
  [32] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0), SHIFT_REPEAT(17),
  [35] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0), SHIFT_REPEAT(36),
  [38] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 2, 0, 1),
  [40] = {.entry = {.count = 1, .reusable = true}}, SHIFT(6),
  [42] = {.entry = {.count = 1, .reusable = true}}, SHIFT(37),
  [44] = {.entry = {.count = 1, .reusable = true}}, SHIFT(14),
  [46] = {.entry = {.count = 1, .reusable = true}}, SHIFT(9),
  [48] = {.entry = {.count = 1, .reusable = false}}, SHIFT(14),
  [50] = {.entry = {.count = 1, .reusable = false}}, SHIFT(37),
  [52] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 3, 0, 1),
  [54] = {.entry = {.count = 1, .reusable = true}}, SHIFT(7),
  [56] = {.entry = {.count = 1, .reusable = true}}, SHIFT(33),
  [58] = {.entry = {.count = 1, .reusable = true}}, SHIFT(16),
  [60] = {.entry = {.count = 1, .reusable = false}}, SHIFT(16),
  [62] = {.entry = {.count = 1, .reusable = false}}, SHIFT(33),
  [64] = {.entry = {.count = 1, .reusable = true}}, SHIFT(20),
  [66] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 4, 0, 1),
  [68] = {.entry = {.count = 1, .reusable = true}}, SHIFT(22),
  [70] = {.entry = {.count = 1, .reusable = true}}, SHIFT(31),
  [72] = {.entry = {.count = 1, .reusable = true}}, SHIFT(13),
  [74] = {.entry = {.count = 1, .reusable = false}}, SHIFT(13),
  [76] = {.entry = {.count = 1, .reusable = false}}, SHIFT(31),
  [78] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym__line, 1, 0, 0),
  [80] = {.entry = {.count = 1, .reusable = true}}, SHIFT(29),
  [82] = {.entry = {.count = 1, .reusable = true}}, SHIFT(15),
  [84] = {.entry = {.count = 1, .reusable = true}}, SHIFT(11),
  [86] = {.entry = {.count = 1, .reusable = false}}, SHIFT(11),
  [88] = {.entry = {.count = 1, .reusable = false}}, REDUCE(aux_sym_document_repeat1, 2, 0, 0),
  [90] = {.entry = {.count = 1, .reusable = true}}, SHIFT(18),
  [92] = {.entry = {.count = 1, .reusable = true}}, SHIFT(12),
  [94] = {.entry = {.count = 1, .reusable = false}}, SHIFT(12),
  [96] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_string_repeat1, 2, 0, 0),
  [98] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_string_repeat1, 2, 0, 0), SHIFT_REPEAT(12),
  [101] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_string_repeat1, 2, 0, 0), SHIFT_REPEAT(12),
  [104] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 5, 0, 4),
  [106] = {.entry = {.count = 1, .reusable = true}}, SHIFT(19),
  [108] = {.entry = {.count = 1, .reusable = true}}, SHIFT(38),
  [110] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 3, 0, 2),
  [112] = {.entry = {.count = 1, .reusable = true}}, SHIFT(21),
  [114] = {.entry = {.count = 1, .reusable = true}}, SHIFT(27),
  [116] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_string, 2, 0, 0),
  [118] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 4, 0, 3),
  [120] = {.entry = {.count = 1, .reusable = true}}, SHIFT(24),
  [122] = {.entry = {.count = 1, .reusable = true}}, SHIFT(34),
  [124] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_malformed, 1, 0, 0),
  [126] = {.entry = {.count = 1, .reusable = true}}, SHIFT(23),
  [128] = {.entry = {.count = 1, .reusable = true}}, SHIFT(4),
  [130] = {.entry = {.count = 1, .reusable = false}}, SHIFT(26),
  [132] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_string, 3, 0, 0),
  [134] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 6, 0, 4),
  [136] = {.entry = {.count = 1, .reusable = true}}, SHIFT(40),
  [138] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 4, 0, 2),
  [140] = {.entry = {.count = 1, .reusable = true}}, SHIFT(28),
  [142] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 5, 0, 1),
  [144] = {.entry = {.count = 1, .reusable = true}}, SHIFT(25),
  [146] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_malformed, 2, 0, 0),
  [148] = {.entry = {.count = 1, .reusable = true}}, SHIFT(5),
  [150] = {.entry = {.count = 1, .reusable = false}}, SHIFT(35),
  [152] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 5, 0, 3),
  [154] = {.entry = {.count = 1, .reusable = true}}, SHIFT(39),
  [156] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 6, 0, 1),
  [158] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 5, 0, 2),
  [160] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym__line, 2, 0, 0),
  [162] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_document, 2, 0, 0),
  [164] = {.entry = {.count = 1, .reusable = true}}, SHIFT(10),
  [166] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_malformed, 3, 0, 0),
  [168] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 6, 0, 3),
  [170] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_assignment, 7, 0, 4),
  [172] = {.entry = {.count = 1, .reusable = true}},  ACCEPT_INPUT(),
};

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TREE_SITTER_HIDE_SYMBOLS
#define TS_PUBLIC
#elif defined(_WIN32)
#define TS_PUBLIC __declspec(dllexport)
#else
#define TS_PUBLIC __attribute__((visibility("default")))
#endif

TS_PUBLIC const TSLanguage *tree_sitter_loader_conf(void) {
  static const TSLanguage language = {
    .version = LANGUAGE_VERSION,
    .symbol_count = SYMBOL_COUNT,
    .alias_count = ALIAS_COUNT,
    .token_count = TOKEN_COUNT,
    .external_token_count = EXTERNAL_TOKEN_COUNT,
    .state_count = STATE_COUNT,
    .large_state_count = LARGE_STATE_COUNT,
    .production_id_count = PRODUCTION_ID_COUNT,
    .field_count = FIELD_COUNT,
    .max_alias_sequence_length = MAX_ALIAS_SEQUENCE_LENGTH,
    .parse_table = &ts_parse_table[0][0],
    .small_parse_table = ts_small_parse_table,
    .small_parse_table_map = ts_small_parse_table_map,
    .parse_actions = ts_parse_actions,
    .symbol_names = ts_symbol_names,
    .field_names = ts_field_names,
    .field_map_slices = ts_field_map_slices,
    .field_map_entries = ts_field_map_entries,
    .symbol_metadata = ts_symbol_metadata,
    .public_symbol_map = ts_symbol_map,
    .alias_map = ts_non_terminal_alias_map,
    .alias_sequences = &ts_alias_sequences[0][0],
    .lex_modes = ts_lex_modes,
    .lex_fn = ts_lex,
    .primary_state_ids = ts_primary_state_ids,
  };
  return &language;
}
#ifdef __cplusplus
}
#endif
