import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold } from '../../rules/fold.ts'
import { sql } from '../../server/database/sql.ts'
import { startService } from '../../server/testing/service.ts'

/**
 * Newer than the Unicode 14 of the oldest PostgreSQL that is tested: there the database may not
 * know their small letters.
 */
const NEWER = new RegExp(
  String.raw`[\u1c89\ua7cb-\ua7f1\u{105c9}\u{105e4}\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}` +
    String.raw`\u{1ccd6}-\u{1ccf9}\u{1e030}-\u{1e06d}]`,
  'u',
)
const STEP = 8_192

async function foldsDifferently(texts: string[]): Promise<string[]> {
  const { database } = await service()
  const rows = await database.rows<{ folded: string }>(sql.unsafe`
    select fold(text) as folded
    from unnest(${sql.array(texts, 'text')}) with ordinality as each (text, place) order by place`)
  return texts.filter((text, index) => rows[index]?.folded !== fold(text))
}

let started: ReturnType<typeof startService> | undefined
const service = () => (started ??= startService())

test('fold: app and database fold every code point alike', async () => {
  const different: string[] = []
  for (let from = 1; from < 0x110000; from += STEP) {
    const characters = Array.from({ length: STEP }, (_, index) => from + index)
      .filter((code) => code < 0x110000 && (code < 0xd800 || code > 0xdfff))
      .map((code) => `a${String.fromCodePoint(code)}b`)
    if (characters.length > 0) different.push(...(await foldsDifferently(characters)))
  }
  expect(different.filter((text) => !NEWER.test(text))).toEqual([])
  started = undefined
})

test('fold: app and database fold sequences alike, and only once', async () => {
  const letters = [
    ...'aÁßẞſςΣσİıİŁøæŒéêÇç가힣각がカ\u3099ｶﾞ￥Ａ①ﬁ½½',
    ...'\u0301\u0308\u0345\u200d\u00ad\ufe0f👩💜हिंदीகடைالْعَرَبِيَّةשָׁלוֹם’ ＃\u00a0',
  ]
  const texts = fc
    .sample(fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 }), {
      numRuns: 3_000,
      seed: 19,
    })
    .map((each) => each.join(''))
  expect(await foldsDifferently(texts)).toEqual([])
  expect(texts.filter((text) => fold(fold(text)) !== fold(text))).toEqual([])
  started = undefined
})
