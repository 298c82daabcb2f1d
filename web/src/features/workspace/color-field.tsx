import { ColorDot } from './chips.tsx'
import { COLOR_NAMES, type Color } from './colors.ts'

/** The colors to choose from. */
export function ColorField({ color, set }: { color: Color; set: (color: Color) => void }) {
  return (
    <fieldset className="mt-4">
      <legend className="mb-1.5 text-sm font-medium">Color</legend>
      <div className="grid grid-cols-3 gap-1 sm:grid-cols-4">
        {COLOR_NAMES.map((each) => (
          <label
            key={each}
            className="flex min-h-11 cursor-pointer items-center gap-2 rounded-md px-2
              text-sm has-checked:bg-accent/15 has-checked:ring-2 has-checked:ring-accent
              has-focus-visible:outline-2"
          >
            <input
              type="radio"
              name="color"
              className="sr-only"
              value={each}
              checked={color === each}
              onChange={() => set(each)}
            />
            <ColorDot color={each} />
            {each}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
