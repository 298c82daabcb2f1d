import { sentenceOf } from '../sentences.ts'

/** What went wrong, in a sentence, and a way on. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div role="alert" className="alert flex flex-wrap items-center justify-between gap-2">
      <p>{sentenceOf(error)}</p>
      {retry && (
        <button type="button" className="outlined" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
