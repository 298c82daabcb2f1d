/** Only these characters: then lower case is all there is to do. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
const ASCII = /^[\x00-\x7f]*$/
/**
 * Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic, and what is invisible
 * (Default_Ignorable_Code_Point). Marks that are vowels or sounds of their own, as in Devanagari,
 * Tamil or Japanese, stay.
 */
const DROPPED = new RegExp(
  String.raw`[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f` +
    String.raw`\u0670\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e` +
    String.raw`\u2060-\u2064\ufe00-\ufe0f\ufeff]`,
  'g',
)

/**
 * Letters whose stroke is no mark of its own, the sigma at the end of a word, and the apostrophes
 * that keyboards write.
 */
const ALIKE: Record<string, string> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
  '‘': "'",
  '’': "'",
  ʼ: "'",
}
const LETTERS = new RegExp(`[${Object.keys(ALIKE).join('')}]`, 'g')

/**
 * A text as searches and labels compare it: NFKC_Casefold (UAX 44) without accents. The database
 * has the same function as SQL (`fold` in `server/database/migrations`);
 * `proofs/words/fold.test.ts` holds the two together.
 *
 * @example fold('Straße') === fold('STRASSE')
 * @example fold('Café') === fold('cafe')
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  // Lower case first, because the capital ẞ is its own upper case. Then upper case, which turns ß
  // into SS.
  const cased = text.normalize('NFKD').toLowerCase().toUpperCase().toLowerCase()
  const folded = cased
    .replace(DROPPED, '')
    .replace(LETTERS, (letter) => ALIKE[letter] as string)
    .normalize('NFC')
  // A text that is only an accent would become empty, and equal to all other such texts.
  return folded || text
}

/** Labels without those that are one with an earlier one; the first spelling stays. */
export function uniqueLabels(labels: readonly string[]): string[] {
  const spellings = new Map<string, string>()
  for (const label of labels) if (!spellings.has(fold(label))) spellings.set(fold(label), label)
  return [...spellings.values()]
}
