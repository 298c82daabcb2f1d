import { sentenceOf } from './docket.ts'

/** What went wrong, in a sentence, and a way on. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <div
      role="alert"
      className="my-4 flex flex-wrap items-center justify-between gap-2 rounded-lg border border-red-300 bg-red-50 px-4 py-3 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
    >
      <p>{sentenceOf(error)}</p>
      {retry && (
        <button type="button" className="rounded-md border border-current px-3 py-1.5 text-sm" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
