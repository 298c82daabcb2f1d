/**
 * An object as JSON, in pieces: a member that comes in pages becomes an array. The first piece is
 * there with the first page.
 */
export async function* json(members: Record<string, unknown>): AsyncGenerator<string> {
  let text = '{'
  let comma = ''
  for (const [name, value] of Object.entries(members)) {
    text += `${comma}${JSON.stringify(name)}:`
    comma = ','
    if (!isPaged(value)) text += JSON.stringify(value)
    else {
      let before = '['
      for await (const page of value) {
        yield text + before + page.map((row) => JSON.stringify(row)).join()
        text = ''
        before = ','
      }
      text += before === '[' ? '[]' : ']'
    }
  }
  yield `${text}}`
}

function isPaged(value: unknown): value is AsyncIterable<readonly unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
