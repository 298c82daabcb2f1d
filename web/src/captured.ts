import type { TaskCreate } from '@docket/sdk'

const PRIORITIES = ['low', 'medium', 'high'] as const
const WORD = /(^|\s)(?:!(\w+)|#([\p{L}\p{N}_-]+))(?=\s|$)/gu

/** What a line says besides its title: `Pay the rent !high #home`. A word that says nothing stays in the title. */
export function captured(line: string): TaskCreate {
  const labels = new Set<string>()
  let priority: TaskCreate['priority']
  const rest = line.replace(WORD, (all, space: string, level?: string, label?: string) => {
    const known = PRIORITIES.find((one) => one === level?.toLowerCase())
    if (level && !known) return all
    priority = known ?? priority
    if (label) labels.add(label)
    return space
  })
  const title = rest.replaceAll(/\s+/g, ' ').trim()
  // What was all words is a title all the same.
  if (title === '') return { title: line.trim() }
  return { title, ...(priority ? { priority } : {}), ...(labels.size > 0 ? { labels: [...labels] } : {}) }
}
