CREATE TABLE totals (day, amount);
