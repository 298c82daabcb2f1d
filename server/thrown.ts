// What is thrown may be anything.

/** What it says, for a log or a person who starts the server. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The code of an error of Node (`ENOENT`), of PostgreSQL (an SQLSTATE) or of a library. */
export function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined
}
