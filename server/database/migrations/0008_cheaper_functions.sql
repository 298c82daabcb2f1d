-- Up Migration
-- The functions that every write of a task calls, in PL/pgSQL: PostgreSQL plans one in SQL that it
-- cannot inline again in each statement, and keeps the plan of one in PL/pgSQL for the session.
-- What they return stays the same. Those that call `fold` have a search path of their own, because
-- pg_restore sets an empty one.

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

create or replace function unique_labels(labels text[]) returns text[]
language plpgsql immutable strict parallel safe set search_path from current as $$
begin
  if cardinality(labels) < 2 then
    return labels;
  end if;
  return array(
    select label
    from (
      select distinct on (fold(label)) label, place
      from unnest(labels) with ordinality as each (label, place)
      order by fold(label), place
    ) first
    order by place
  );
end $$;

create or replace function fold_labels(labels text[]) returns text[]
language plpgsql immutable strict parallel safe set search_path from current as $$
begin
  if labels = '{}' then
    return labels;
  end if;
  return array(
    select fold(label)
    from unnest(labels) with ordinality as each (label, place)
    order by place
  );
end $$;

create or replace function search_text(title text, description text, labels text[]) returns text
language plpgsql immutable parallel safe set search_path from current as $$
begin
  return fold(
    title
    || E'\n'
    || coalesce(description, '')
    || case when labels = '{}' then '' else E'\n#' || array_to_string(labels, E'\n#') end
  );
end $$;

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

create or replace function search_text(title text, description text, labels text[]) returns text language sql immutable parallel safe
  return fold(title || E'\n' || coalesce(description, '') || case when labels = '{}' then '' else E'\n#' || array_to_string(labels, E'\n#') end);
