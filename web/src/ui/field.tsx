import { useId } from 'react'

export function Field({
  label,
  hint,
  ...input
}: { label: string; hint?: string | undefined } & React.InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  return (
    <label className="block">
      <span className="mb-1 block text-sm font-medium">{label}</span>
      <input className="field min-h-11" {...(hint ? { 'aria-describedby': id } : {})} {...input} />
      {hint && (
        <span id={id} className="mt-1 block text-sm text-muted">
          {hint}
        </span>
      )}
    </label>
  )
}
