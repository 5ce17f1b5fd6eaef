# Read the runs of a sweep into R: Rscript read_runs.R DIR
#
# DIR is the folder of a sweep (or of `cogov robust`: DIR/runs). There are three ways, and the first one whose
# packages are installed is taken; the lines are those of docs/experiments.md.
#
# arrow and duckdb read the Parquet files of the sweep itself. Distributions do not always have them (Debian has
# neither); readr reads the table `runs` that `cogov report DIR` writes as CSV, with the same rows and columns.

if (!exists("DIR")) DIR <- if (length(commandArgs(TRUE))) commandArgs(TRUE)[[1]] else "out/arms"

installed <- function(...) all(vapply(c(...), requireNamespace, logical(1), quietly = TRUE))

if (installed("arrow", "dplyr")) {
  way <- "arrow"
  runs <- dplyr::collect(arrow::open_dataset(file.path(DIR, "runs")))
} else if (installed("DBI", "duckdb")) {
  way <- "duckdb"
  connection <- DBI::dbConnect(duckdb::duckdb())
  runs <- DBI::dbGetQuery(connection, paste0("SELECT * FROM '", DIR, "/runs/*.parquet'"))
  DBI::dbDisconnect(connection, shutdown = TRUE)
} else if (!installed("readr")) {
  stop("install one of the packages arrow (with dplyr), duckdb (with DBI) or readr", call. = FALSE)
} else if (!file.exists(file.path(DIR, "report", "tables", "runs.csv"))) {
  stop(
    "neither arrow nor duckdb is installed, and there is no ", file.path(DIR, "report", "tables", "runs.csv"),
    ": run `cogov report ", DIR, "` first, which writes it",
    call. = FALSE
  )
} else {
  way <- "readr, as neither arrow nor duckdb is installed"
  runs <- readr::read_csv(file.path(DIR, "report", "tables", "runs.csv"), show_col_types = FALSE)
}

runs <- as.data.frame(runs)
runs <- runs[order(runs$case, runs$arm, runs$replicate), ]
message(nrow(runs), " runs of ", length(unique(paste(runs$case, runs$arm))), " arms, read with ", way)
