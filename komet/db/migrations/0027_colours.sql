-- the number of an importer's colour in charts, so that it keeps it whoever else is shown
ALTER TABLE providers ADD COLUMN colour INTEGER;
UPDATE providers SET colour = numbered.n FROM (
  SELECT id AS of_id, row_number() OVER (ORDER BY created_at, id) - 1 AS n FROM providers
) numbered WHERE providers.id = numbered.of_id;
