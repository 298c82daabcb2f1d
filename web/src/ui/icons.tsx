const PATHS = {
  inbox: 'M4 13h4l1.5 3h5L16 13h4M5.5 5h13L21 13v6H3v-6z',
  today: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4M12 13v4M10 15h4',
  upcoming: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4M10 15h5m-2-2 2 2-2 2',
  done: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12l3 3 5-6',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  label: 'M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  filter: 'M4 6h16M7 12h10M10 18h4',
  keyboard: 'M3 7h18v11H3zM7 11h.01M12 11h.01M17 11h.01M8 15h8',
  close: 'M6 6l12 12M18 6L6 18',
  subtasks: 'M5 5h14M9 12h10M9 19h10M5 5v14h4M5 12h4',
  chevron: 'M6 9l6 6 6-6',
  repeat: 'M17 3l3 3-3 3M4 11V9a3 3 0 0 1 3-3h13M7 21l-3-3 3-3M20 13v2a3 3 0 0 1-3 3H4',
  select: 'M4 7l2 2 3-4M4 17l2 2 3-4M13 7h7M13 17h7',
} as const
export type IconName = keyof typeof PATHS

/** A picture beside words that say the same, or in a button that has a label. */
export function Icon({ name, className = 'size-5' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      aria-hidden="true"
      className={`shrink-0 fill-none stroke-current stroke-[1.6] ${className}`}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
