import { ProblemError } from './docket.ts'

/** What went wrong, in a sentence, and a way on. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const sentence = error instanceof ProblemError ? error.message : 'The server cannot be reached. Check your connection and try again.'
  return (
    <div
      role="alert"
      className="my-4 flex flex-wrap items-center justify-between gap-2 rounded-lg border border-red-300 bg-red-50 px-4 py-3 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
    >
      <p>{sentence}</p>
      {retry && (
        <button type="button" className="rounded-md border border-current px-3 py-1.5 text-sm" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
