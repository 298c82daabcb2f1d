import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useState } from 'react'
import { remember, remembered, THEMES } from '../../ui/device.ts'
import { useWorkspace } from '../workspace/workspace.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { ExportData } from './export-data.tsx'
import { Password } from './password.tsx'
import { Profile } from './profile.tsx'
import { Section } from './section.tsx'
import { Sessions } from './sessions.tsx'
import { SignOut } from './sign-out.tsx'

// The SDK has tried again by then what is worth it.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })

/** Who the person is, where they are signed in, and what they can take along or away. */
export function Account({ leave }: { leave: (why?: string) => void }) {
  const { person } = useWorkspace()
  return (
    <QueryClientProvider client={queries}>
      <header className="mb-2 flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-2xl font-semibold tracking-tight md:text-3xl">Account</h1>
          <p className="truncate text-muted">{person.email}</p>
        </div>
        <SignOut leave={leave} />
      </header>
      <Profile />
      <Appearance />
      <Sessions />
      <Password />
      <ExportData />
      <DeleteAccount leave={leave} />
    </QueryClientProvider>
  )
}

function Appearance() {
  const [theme, setTheme] = useState(() => remembered('theme'))
  return (
    <Section title="Appearance">
      <fieldset className="flex flex-wrap gap-4">
        <legend className="sr-only">Theme</legend>
        {THEMES.map((each) => (
          <label key={each} className="flex min-h-9 items-center gap-2">
            <input
              type="radio"
              name="theme"
              className="size-5 accent-teal-700"
              checked={theme === each}
              onChange={() => {
                remember('theme', each)
                setTheme(each)
              }}
            />
            {{ system: 'System', light: 'Light', dark: 'Dark' }[each]}
          </label>
        ))}
      </fieldset>
    </Section>
  )
}
