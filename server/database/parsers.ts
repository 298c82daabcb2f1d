import pg from 'pg'

const { builtins } = pg.types
/** Parsers that replace those of `pg`. */
const PARSERS: Record<number, (text: string) => unknown> = {
  [builtins.TIMESTAMPTZ]: toIso,
  [builtins.INT8]: Number,
  [builtins.NUMERIC]: Number,
  [builtins.DATE]: (text) => text,
}
/** How the values of a row are read. Better Auth reads its own in its own way. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    PARSERS[oid] ?? pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * `2026-11-21 09:30:00.12+00` -> `2026-11-21T09:30:00.120Z`: what a session in UTC says of the
 * years from 1 to 9999 needs no arithmetic.
 */
function toIso(text: string): string {
  if (!text.endsWith('+00') || text[4] !== '-' || text.length > 29) return computed(text)
  // Zeros at the end are left out; with 26 characters there are three digits or more.
  const time =
    text.length >= 26
      ? text.slice(11, 23)
      : `${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}`
  return `${text.slice(0, 10)}T${time}Z`
}

/** The same, whatever the session's time zone is. Some old offsets included seconds. */
function computed(text: string): string {
  const [, local = '', sign, hours, minutes = '0', seconds = '0'] =
    /^(.+)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? []
  const offset = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return new Date(
    Date.parse(`${local.replace(' ', 'T')}Z`) - Number(`${sign}1`) * offset * 1_000,
  ).toISOString()
}
