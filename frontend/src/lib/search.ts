/** Find what a person means by a few letters: every word must occur; where it begins counts most. */
export function matching<T>(things: readonly T[], words: string, textOf: (thing: T) => string): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...things];
  const scored: { thing: T; score: number }[] = [];
  for (const thing of things) {
    const text = textOf(thing).toLowerCase();
    let score = 0;
    for (const word of wanted) {
      const at = text.indexOf(word);
      if (at < 0) {
        score = -1;
        break;
      }
      score += at === 0 ? 3 : /[\s/_.-]/.test(text[at - 1] ?? "") ? 2 : 1;
    }
    if (score > 0) scored.push({ thing, score });
  }
  return scored.sort((a, b) => b.score - a.score).map(({ thing }) => thing);
}
