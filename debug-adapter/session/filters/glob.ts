/** Shell wildcards over a whole name: `*` any run of characters, `?` one. In time linear in the product of the lengths. */
export const globMatches = (glob: string, text: string): boolean => {
  let atText = 0;
  let atGlob = 0;
  let star = -1;
  let resume = 0;
  while (atText < text.length) {
    const wanted = glob[atGlob];
    if (wanted === '*') {
      star = atGlob++;
      resume = atText;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[atText])) {
      atGlob++;
      atText++;
    } else if (star >= 0) {
      atGlob = star + 1;
      atText = ++resume;
    } else return false;
  }
  while (glob[atGlob] === '*') atGlob++;
  return atGlob === glob.length;
};
