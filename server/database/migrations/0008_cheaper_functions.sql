-- Up Migration
-- The functions that every write of a task calls: what they return stays the same. PostgreSQL plans
-- a function in SQL that it cannot inline again in each statement, and keeps the plan of one in
-- PL/pgSQL for the session. A function that calls another one is in SQL all the same: there the
-- other one is bound when the function is created, so that it is found under every search path,
-- such as the empty one of pg_restore.

create or replace function fold(text text) returns text
language plpgsql immutable strict parallel safe as $$
begin
  -- Only ASCII: lower case is all there is to do.
  if octet_length(text) = char_length(text) then
    return lower(text collate "C");
  end if;
  return coalesce(
    nullif(
      normalize(
        replace(
          replace(
            translate(
              regexp_replace(
                -- Lower case first, because the capital ẞ is its own upper case; then upper case,
                -- which makes SS of ß.
                lower(upper(lower(normalize(text, NFKD) collate "und-x-icu") collate "und-x-icu") collate "und-x-icu") collate "C",
                -- Accents, points of Hebrew and Arabic, and what is invisible.
                '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]',
                '',
                'g'
              ),
              'łøđħŧς‘’ʼ',
              'lodhtσ'''''''
            ),
            'æ',
            'ae'
          ),
          'œ',
          'oe'
        ),
        NFC
      ),
      ''
    ),
    text
  );
end $$;

-- Simple enough to be inlined; what takes work is only called where there is work.
create function distinct_labels(labels text[]) returns text[]
language sql immutable strict parallel safe
return array(
  select label
  from (
    select distinct on (fold(label)) label, place
    from unnest(labels) with ordinality as each (label, place)
    order by fold(label), place
  ) first
  order by place
);

create or replace function unique_labels(labels text[]) returns text[]
language sql immutable parallel safe
return case when cardinality(labels) < 2 then labels else distinct_labels(labels) end;

create function fold_each(labels text[]) returns text[]
language sql immutable strict parallel safe
return array(
  select fold(label)
  from unnest(labels) with ordinality as each (label, place)
  order by place
);

create or replace function fold_labels(labels text[]) returns text[]
language sql immutable parallel safe
return case when labels = '{}' then labels else fold_each(labels) end;

-- Down Migration
create or replace function fold(text text) returns text language sql immutable strict parallel safe
  return case
    -- Only ASCII: lower case is all there is to do.
    when octet_length(text) = char_length(text) then lower(text collate "C")
    else coalesce(
      nullif(
        normalize(
          replace(
            replace(
              translate(
                regexp_replace(
                  -- Lower case first, because the capital ẞ is its own upper case; then upper case, which makes SS of ß.
                  lower(upper(lower(normalize(text, NFKD) collate "und-x-icu") collate "und-x-icu") collate "und-x-icu") collate "C",
                  -- Accents, points of Hebrew and Arabic, and what is invisible.
                  '[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u00ad\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]',
                  '',
                  'g'
                ),
                'łøđħŧς‘’ʼ',
                'lodhtσ'''''''
              ),
              'æ',
              'ae'
            ),
            'œ',
            'oe'
          ),
          NFC
        ),
        ''
      ),
      text
    )
  end;

create or replace function unique_labels(labels text[]) returns text[] language sql immutable strict parallel safe
  return case
    when cardinality(labels) < 2 then labels
    else array(
      select label
      from (
        select distinct on (fold(label)) label, place
        from unnest(labels) with ordinality as each (label, place)
        order by fold(label), place
      ) first
      order by place
    )
  end;

create or replace function fold_labels(labels text[]) returns text[] language sql immutable strict parallel safe
  return case
    when labels = '{}' then labels
    else array(select fold(label) from unnest(labels) with ordinality as each (label, place) order by place)
  end;
drop function distinct_labels, fold_each;
