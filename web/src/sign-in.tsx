import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { docket } from './docket.ts'
import { Failure } from './failure.tsx'

/** Sign-in and sign-up in one card. */
export function SignIn({ notice, done }: { notice: string | undefined; done: () => Promise<void> }) {
  const [isNew, setIsNew] = useState(false)
  const enter = useMutation({
    mutationFn: async (form: FormData) => {
      const body = { email: String(form.get('email')), password: String(form.get('password')) }
      if (isNew) await docket.signUpEmail({ body: { ...body, name: String(form.get('name')) } })
      else await docket.signInEmail({ body })
      await done()
    },
  })
  const change = () => {
    enter.reset()
    setIsNew(!isNew)
  }

  return (
    <section className="mx-auto max-w-sm">
      <h1 className="mb-1 text-3xl font-semibold tracking-tight">Docket</h1>
      <p className="mb-8 text-stone-600 dark:text-stone-400">{isNew ? 'Make an account and keep your tasks.' : 'Sign in to your tasks.'}</p>
      {notice && (
        <p role="status" className="mb-6 rounded-lg bg-stone-200 px-4 py-3 dark:bg-stone-800">
          {notice}
        </p>
      )}
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!enter.isPending) enter.mutate(new FormData(event.currentTarget))
        }}
      >
        {isNew && <Field label="Name" name="name" autoComplete="name" maxLength={254} />}
        <Field label="E-mail" name="email" type="email" autoComplete="email" required maxLength={254} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          minLength={isNew ? 8 : 1}
          maxLength={128}
        />
        {isNew && <p className="text-sm text-stone-600 dark:text-stone-400">The password needs 8 characters or more.</p>}
        {enter.isError && <Failure error={enter.error} />}
        <button type="submit" className="primary w-full" disabled={enter.isPending}>
          {isNew ? 'Sign up' : 'Sign in'}
        </button>
      </form>
      <button type="button" className="quiet mt-4 w-full" onClick={change}>
        {isNew ? 'I have an account' : 'Make an account'}
      </button>
    </section>
  )
}

function Field({ label, ...input }: { label: string } & React.InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="block">
      <span className="mb-1 block text-sm font-medium">{label}</span>
      <input className="field" {...input} />
    </label>
  )
}
