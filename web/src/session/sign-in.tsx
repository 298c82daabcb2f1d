import type { BrowserUser } from '@docket/sdk'
import { useState } from 'react'
import { errorOf } from '../sentences.ts'
import { Failure } from '../ui/failure.tsx'
import { Field } from '../ui/field.tsx'
import { visitor } from './docket.ts'

/** Sign-in and sign-up in one card. */
export function SignIn({
  notice,
  done,
}: {
  notice: string | undefined
  done: (user: BrowserUser) => void
}) {
  const [isNew, setIsNew] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [failure, setFailure] = useState<Error>()
  const enter = async (form: FormData) => {
    setIsBusy(true)
    setFailure(undefined)
    const body = { email: String(form.get('email')), password: String(form.get('password')) }
    try {
      const { user } = isNew
        ? await visitor.signUpEmail({ body: { ...body, name: String(form.get('name')) } })
        : await visitor.signInEmail({ body })
      done(user)
    } catch (error) {
      setFailure(errorOf(error))
      setIsBusy(false)
    }
  }

  return (
    <main className="mx-auto grid min-h-dvh max-w-sm content-center px-4 py-10">
      <h1 className="mb-1 text-3xl font-semibold tracking-tight">Docket</h1>
      <p className="mb-8 text-muted">{isNew ? 'Create your account' : 'Sign in to Docket'}</p>
      {notice && (
        <p role="status" className="note mt-0 mb-6">
          {notice}
        </p>
      )}
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isBusy) void enter(new FormData(event.currentTarget))
        }}
      >
        {isNew && <Field label="Name" name="name" autoComplete="name" />}
        <Field label="Email" name="email" type="email" autoComplete="email" required />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          hint={isNew ? 'At least 8 characters' : undefined}
        />
        {failure && <Failure error={failure} />}
        <button type="submit" className="primary w-full" disabled={isBusy}>
          {isNew ? 'Sign up' : 'Sign in'}
        </button>
      </form>
      <button
        type="button"
        className="quiet mt-4 w-full"
        onClick={() => {
          setFailure(undefined)
          setIsNew(!isNew)
        }}
      >
        {isNew ? 'Already have an account? Sign in' : 'New to Docket? Create an account'}
      </button>
    </main>
  )
}
