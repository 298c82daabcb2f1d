import { expect, test } from 'vitest'
import { LIMITS } from '../../rules/limits.ts'
import { PRIORITIES } from '../../rules/priorities.ts'
import { contract } from '../../server/contract/document.ts'

test('the limits and priorities that the app reads are those of the contract', () => {
  const { Title, Description, Label, Labels, ListName, ListDescription, Priority } = contract
    .components.schemas as unknown as Record<string, Record<string, unknown>>
  expect({
    title: Title?.maxLength,
    description: Description?.maxLength,
    label: Label?.maxLength,
    labels: Labels?.maxItems,
    listName: ListName?.maxLength,
    listDescription: ListDescription?.maxLength,
  }).toEqual(LIMITS)
  expect(Priority?.enum).toEqual(PRIORITIES)
})
