/* eslint-disable no-undef -- run by the tree-sitter CLI, which gives these names */
/**
 * loader.conf(5), one statement a line. Broad on purpose: what a loader refuses still gives nodes (`malformed`, `junk`,
 * `bad_value`), so that one bad line never disturbs the next. Which lines a loader really takes is told by
 * boot/languages/loader-conf.
 */
module.exports = grammar({
  name: 'loader_conf',
  extras: () => [],
  rules: {
    document: ($) => seq(repeat(seq(optional($._line), $._newline)), optional($._line)),
    _newline: () => '\n',
    _blank: () => /[ \t\v\f\r]+/,
    _line: ($) => choice($._blank, seq(optional($._blank), $._statement)),
    _statement: ($) => choice($.comment, $.assignment, $.malformed),
    comment: () => token(prec(3, /#[^\n]*/)),
    assignment: ($) =>
      seq(
        field('name', $.name),
        optional($._blank),
        '=',
        optional($._blank),
        optional(field('value', choice($.string, $.word, $.bad_value))),
        optional($._blank),
        optional(choice($.comment, $.junk)),
      ),
    malformed: ($) => choice(seq($.name, optional($._blank), optional($.junk)), $.junk),
    name: () => token(prec(2, /[A-Za-z0-9._-]+/)),
    word: () => token(prec(2, /[A-Za-z0-9-][A-Za-z0-9._-]*/)),
    string: ($) => seq('"', repeat(choice($.text, $.escape, $.reference, $._dollar)), token.immediate('"')),
    text: () => token.immediate(prec(1, /[^"\\$\n]+/)),
    escape: () => token.immediate(/\\[^\n"]?/),
    reference: () => token.immediate(prec(2, /\$(\{[^}"\n]+\}|[A-Za-z0-9][A-Za-z0-9._-]*)/)),
    _dollar: () => token.immediate('$'),
    bad_value: () => token(prec(-1, /[^ \t\v\f\r\n"#][^\n]*/)),
    junk: () => token(prec(-2, /[^ \t\v\f\r\n#][^\n]*/)),
  },
});
