import type { Reading } from './titles.ts'

/** What a person may write of a task that recurs, and how it is read. */
export const RECURRING: [line: string, reading: Reading][] = [
  ['Standup every monday', { title: 'Standup', day: '2026-11-30', rule: 'FREQ=WEEKLY;BYDAY=MO' }],
  [
    'Standup every monday 9:30',
    { title: 'Standup', day: '2026-12-07', time: '09:30', rule: 'FREQ=WEEKLY;BYDAY=MO' },
  ],
  [
    'Standup every mon 9:30 #work',
    {
      title: 'Standup',
      day: '2026-12-07',
      time: '09:30',
      labels: ['work'],
      rule: 'FREQ=WEEKLY;BYDAY=MO',
    },
  ],
  [
    'Water plants every 3 days',
    { title: 'Water plants', day: '2026-11-30', rule: 'FREQ=DAILY;INTERVAL=3' },
  ],
  [
    'Water plants every! 3 days',
    { title: 'Water plants', day: '2026-11-30', rule: 'FREQ=DAILY;INTERVAL=3', isAfter: true },
  ],
  [
    'Water plants every three days',
    { title: 'Water plants', day: '2026-11-30', rule: 'FREQ=DAILY;INTERVAL=3' },
  ],
  [
    'Backup every other friday',
    { title: 'Backup', day: '2026-12-04', rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR' },
  ],
  [
    'Backup every 2 fridays',
    { title: 'Backup', day: '2026-12-04', rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR' },
  ],
  [
    'Tax every year on april 15',
    { title: 'Tax', day: '2027-04-15', rule: 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=15' },
  ],
  [
    'Tax every april 15',
    { title: 'Tax', day: '2027-04-15', rule: 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=15' },
  ],
  [
    'Tax every 15 april',
    { title: 'Tax', day: '2027-04-15', rule: 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=15' },
  ],
  [
    'Run every weekday 7am',
    { title: 'Run', day: '2026-12-01', time: '07:00', rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
  ],
  [
    'Run every workday at 7',
    { title: 'Run', day: '2026-12-01', time: '07:00', rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
  ],
  ['Read every weekend', { title: 'Read', day: '2026-12-05', rule: 'FREQ=WEEKLY;BYDAY=SA,SU' }],
  ['Rent every 1st', { title: 'Rent', day: '2026-12-01', rule: 'FREQ=MONTHLY;BYMONTHDAY=1' }],
  ['Rent each month', { title: 'Rent', day: '2026-11-30', rule: 'FREQ=MONTHLY' }],
  [
    'Rent every month on the 1st',
    { title: 'Rent', day: '2026-12-01', rule: 'FREQ=MONTHLY;BYMONTHDAY=1' },
  ],
  ['Rent every 3 months', { title: 'Rent', day: '2026-11-30', rule: 'FREQ=MONTHLY;INTERVAL=3' }],
  ['Rent every quarter', { title: 'Rent', day: '2026-11-30', rule: 'FREQ=MONTHLY;INTERVAL=3' }],
  ['Standup daily', { title: 'Standup', day: '2026-11-30', rule: 'FREQ=DAILY' }],
  [
    'Standup daily at 9:30',
    { title: 'Standup', day: '2026-12-01', time: '09:30', rule: 'FREQ=DAILY' },
  ],
  ['Backup weekly on friday', { title: 'Backup', day: '2026-12-04', rule: 'FREQ=WEEKLY;BYDAY=FR' }],
  [
    'Invoice monthly on the last day',
    { title: 'Invoice', day: '2026-11-30', rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
  ],
  ['Pills every morning', { title: 'Pills', day: '2026-12-01', time: '09:00', rule: 'FREQ=DAILY' }],
  ['Walk every evening', { title: 'Walk', day: '2026-11-30', time: '19:00', rule: 'FREQ=DAILY' }],
  [
    'Gym every mon, wed and fri',
    { title: 'Gym', day: '2026-11-30', rule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR' },
  ],
  [
    'Gym every tuesday and thursday 18:00',
    { title: 'Gym', day: '2026-12-01', time: '18:00', rule: 'FREQ=WEEKLY;BYDAY=TU,TH' },
  ],
  [
    'Review every last friday',
    { title: 'Review', day: '2026-12-25', rule: 'FREQ=MONTHLY;BYDAY=-1FR' },
  ],
  [
    'Board every first monday of the month',
    { title: 'Board', day: '2026-12-07', rule: 'FREQ=MONTHLY;BYDAY=1MO' },
  ],
  [
    'Board every second tuesday 10am',
    { title: 'Board', day: '2026-12-08', time: '10:00', rule: 'FREQ=MONTHLY;BYDAY=2TU' },
  ],
  [
    'Party every 29 february',
    { title: 'Party', day: '2028-02-29', rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' },
  ],
  ['Clean every week', { title: 'Clean', day: '2026-11-30', rule: 'FREQ=WEEKLY' }],
  [
    'Clean every week on saturday',
    { title: 'Clean', day: '2026-12-05', rule: 'FREQ=WEEKLY;BYDAY=SA' },
  ],
  [
    'Clean every 2 weeks on sat',
    { title: 'Clean', day: '2026-12-05', rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA' },
  ],
  ['Sync biweekly', { title: 'Sync', day: '2026-11-30', rule: 'FREQ=WEEKLY;INTERVAL=2' }],
  ['Report quarterly', { title: 'Report', day: '2026-11-30', rule: 'FREQ=MONTHLY;INTERVAL=3' }],
  ['Every monday, standup', { title: 'standup', day: '2026-11-30', rule: 'FREQ=WEEKLY;BYDAY=MO' }],
  [
    'Call mum every sunday at 6pm !high',
    {
      title: 'Call mum',
      day: '2026-12-06',
      time: '18:00',
      priority: 'high',
      rule: 'FREQ=WEEKLY;BYDAY=SU',
    },
  ],
  [
    'Pay every month on the 31st',
    { title: 'Pay', day: '2026-12-31', rule: 'FREQ=MONTHLY;BYMONTHDAY=31' },
  ],
  ['Tick every last day', { title: 'Tick', day: '2026-11-30', rule: 'FREQ=MONTHLY;BYMONTHDAY=-1' }],
  [
    'Watch the news every night',
    { title: 'Watch the news', day: '2026-11-30', time: '21:00', rule: 'FREQ=DAILY' },
  ],
  ['Meds every day', { title: 'Meds', day: '2026-11-30', rule: 'FREQ=DAILY' }],
  ['Swim every! day', { title: 'Swim', day: '2026-11-30', rule: 'FREQ=DAILY', isAfter: true }],
  ['Renew every 2 years', { title: 'Renew', day: '2026-11-30', rule: 'FREQ=YEARLY;INTERVAL=2' }],
  ['Check every year', { title: 'Check', day: '2026-11-30', rule: 'FREQ=YEARLY' }],
  ['Bins every tue', { title: 'Bins', day: '2026-12-01', rule: 'FREQ=WEEKLY;BYDAY=TU' }],
  ['Bins every other week', { title: 'Bins', day: '2026-11-30', rule: 'FREQ=WEEKLY;INTERVAL=2' }],
  [
    'Bins every other wednesday',
    { title: 'Bins', day: '2026-12-02', rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=WE' },
  ],
  [
    'Swim every sat 10:00',
    { title: 'Swim', day: '2026-12-05', time: '10:00', rule: 'FREQ=WEEKLY;BYDAY=SA' },
  ],
  ['Read weekly', { title: 'Read', day: '2026-11-30', rule: 'FREQ=WEEKLY' }],
]

/** What says so in words that are not read; no date is, either. */
export const REPEATED: string[] = [
  'Tax every 15th of april',
  'Buy bread every day tomorrow',
  'each and every day',
  'Twice every day',
  'Not every monday',
  'every hour',
  'Take every 8 hours',
  'Gym on mondays',
  'Pay rent monthly tomorrow',
  'every day stretch',
]
